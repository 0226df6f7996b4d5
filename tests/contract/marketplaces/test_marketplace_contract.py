"""What every marketplace adapter promises, held against its simulator; every exchange against the official documents."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from listbridge import registry
from listbridge.domain.ids import ListingKey, RemoteId, Sku
from listbridge.domain.listings.listing import NOTHING, RemoteState, Values, Zero
from listbridge.domain.money import Money
from listbridge.domain.verdicts import Rejected, RetryLater, ZeroRefused
from listbridge.infra.calls.tokens import TokenCache
from simulators.faults import Fault
from tests.contract.marketplaces.acts import (
    PRICE,
    VARIANTS,
    assert_one_right_listing,
    on_show,
    on_two_sites,
    published,
    revise,
    revision,
)
from tests.contract.marketplaces.stages import ACCOUNT, SIZES, Stage, listing
from tests.contract.specs import require_specs

SHOWN_AT_ZERO = {
    Zero.KEEPS: (RemoteState.LIVE, 0),
    Zero.PAUSES: (RemoteState.PAUSED, 0),
    Zero.ENDS: (RemoteState.GONE, None),
}

# ---- publish ----


@pytest.mark.parametrize("variants", VARIANTS)
def test_a_published_product_is_one_live_listing_with_its_content_and_values(stage: Stage, variants: int) -> None:
    _, request, desk, done = published(stage, variants)
    assert_one_right_listing(stage, variants)
    [live] = stage.live()
    assert done.remote == live.remote
    assert set(done.offers) == {variant.key.sku for variant in request.variants}
    assert done.left_out is None
    assert (done.group is not None) == (variants > 1)
    assert done.remote in done.url
    assert {outcome for _, outcome in desk.attempts} == {"accepted"}


@pytest.mark.parametrize("variants", VARIANTS)
def test_publishing_twice_makes_one_listing(stage: Stage, variants: int) -> None:
    adapter, request, desk, first = published(stage, variants)
    again = adapter.publish(request, desk.worker())
    assert (again.remote, again.offers) == (first.remote, first.offers)
    assert_one_right_listing(stage, variants)


@pytest.mark.parametrize("variants", VARIANTS)
def test_a_worker_that_remembers_nothing_still_makes_no_second_listing(stage: Stage, variants: int) -> None:
    if not stage.refuses_twins:
        pytest.skip("nothing hinders a second one: the publish lane looks first at all that the account has")
    adapter, request, desk, first = published(stage, variants)
    desk.progress = {}
    assert adapter.publish(request, desk.worker()).remote == first.remote
    forgetful = stage.new_desk(request)  # its first run, and no id: it may only find out by being refused
    assert adapter.publish(request, forgetful.worker()).remote == first.remote
    assert_one_right_listing(stage, variants)


def test_every_call_that_carries_values_is_made_inside_a_lease_that_was_checked(stage: Stage) -> None:
    adapter, request, desk, _ = published(stage, 6)  # the stage itself asserts it, for each call
    desk.units_too_short = 1
    with pytest.raises(RetryLater):
        adapter.full_revise(request, desk.worker())
    assert desk.attempts[-1][1] == "not_applied"


def test_a_lease_that_runs_out_between_the_two_writes_leaves_the_outcome_unknown(stage: Stage) -> None:
    adapter, request, desk, _ = published(stage)
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    if sum(map(stage.carries_values, stage.calls)) < 2:
        pytest.skip("one write carries all values")

    def shorten(call: str) -> None:
        if stage.carries_values(call.removeprefix("after ")) and call.startswith("after "):
            desk.units_too_short = 1

    stage.hook = shorten
    with pytest.raises(RetryLater) as raised:
        adapter.full_revise(request, desk.worker())
    assert raised.value.problem.code == "lease_too_short"
    assert desk.attempts[-1] == ("CANDLE", "unknown")


def test_two_accounts_of_one_app_do_not_meet_in_the_cache_of_tokens(stage: Stage) -> None:
    tokens = TokenCache()
    mine, theirs = stage.open(tokens=tokens), stage.open_stranger(tokens)
    assert mine.identify().remote_name != theirs.identify().remote_name
    request = stage.request(1)
    mine.publish(request, stage.new_desk(request).worker())
    assert theirs.find(request.site, Sku("CANDLE")) is None


# ---- full revise, end, relist ----


@pytest.mark.parametrize("variants", VARIANTS)
def test_ending_twice_is_a_success_both_times(stage: Stage, variants: int) -> None:
    adapter, request, desk, _ = published(stage, variants)
    adapter.end(request, desk.worker())
    assert stage.live() == []
    adapter.end(request, desk.worker())
    assert stage.ever_made() == 1


@pytest.mark.parametrize("variants", VARIANTS)
def test_relisting_gives_today_s_values_under_a_new_remote_id_where_listings_end_for_good(
    stage: Stage, variants: int
) -> None:
    adapter, request, desk, first = published(stage, variants)
    adapter.end(request, desk.worker())
    currency = registry.marketplace(stage.slug).sites[request.site].currency
    desk.values = {sku: Values(2, Money(Decimal("30.00"), currency)) for sku in desk.values}
    desk.highest = dict.fromkeys(desk.highest, 2)
    again = adapter.publish(request, desk.worker())
    assert (again.remote != first.remote) == stage.relists_under_new_id
    [live] = stage.live()
    assert live.remote == again.remote
    assert {(v.quantity, v.price) for v in live.variations.values()} == {(2, Decimal("30.00"))}


def test_a_listing_ended_from_outside_is_not_live_and_ending_it_is_a_success(stage: Stage) -> None:
    adapter, request, desk, done = published(stage)
    stage.end_from_outside(done.remote)
    key = request.variants[0].key
    [shown] = adapter.read_back([listing(key, offer=done.offers[key.sku], remote=done.remote)])
    assert shown.state is RemoteState.GONE
    adapter.end(request, desk.worker())
    with pytest.raises(Rejected) as refused:
        adapter.full_revise(request, desk.worker())
    [error] = revise(adapter, revision(request, done, "CANDLE", quantity=1))
    assert isinstance(error, Rejected)
    assert error.problem.code == refused.value.problem.code
    assert error.problem.fix == "send_again"
    assert stage.live() == []


def test_a_new_variation_joins_the_live_listing_of_its_siblings(stage: Stage) -> None:
    adapter, _, desk, done = published(stage, 5)
    assert len(stage.live()[0].variations) == 5
    whole = stage.request(6)
    more = stage.new_desk(whole)
    more.progress = desk.progress
    more.epoch = desk.epoch
    again = adapter.publish(whole, more.worker())
    assert again.remote == done.remote
    assert_one_right_listing(stage, 6)


def test_ending_one_variation_leaves_its_siblings_on_sale(stage: Stage) -> None:
    adapter, request, desk, done = published(stage, 6)
    one = replace(request, variants=request.variants[:1])
    adapter.end(one, desk.worker())
    [live] = stage.live()
    assert live.remote == done.remote
    assert sorted(live.variations) == sorted(f"JUMPER-{size}" for size in SIZES[1:])


# ---- revise ----


def test_a_revision_changes_quantity_and_price_by_the_calls_that_were_set_aside(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    currency = registry.marketplace(stage.slug).sites[request.site].currency
    key = request.variants[0].key
    row = listing(key, offer=done.offers[key.sku], remote=done.remote, group=done.group)
    stage.calls.clear()
    errors = revise(adapter, revision(request, done, "CANDLE", quantity=3, price=Money(Decimal("21.50"), currency)))
    assert errors == [None]
    assert on_show(stage) == (3, Decimal("21.50"))
    # Before the lease no more and no less was set aside; questions that come later are nobody's revision.
    set_aside = adapter.revision_calls([row])
    assert Counter(call for call in stage.calls if call in set_aside) == Counter(set_aside)


def test_what_a_revision_does_not_name_stays(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    currency = registry.marketplace(stage.slug).sites[request.site].currency
    assert revise(adapter, revision(request, done, "CANDLE", price=Money(Decimal("5.00"), currency))) == [None]
    assert on_show(stage) == (7, Decimal("5.00"))
    assert revise(adapter, revision(request, done, "CANDLE", quantity=9)) == [None]
    assert on_show(stage) == (9, Decimal("5.00"))


def test_a_listing_at_zero_is_what_the_manifest_says_and_a_quantity_brings_it_back(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    assert revise(adapter, revision(request, done, "CANDLE", quantity=0)) == [None]
    key, zero = request.variants[0].key, registry.marketplace(stage.slug).traits.zero
    [shown] = adapter.read_back([listing(key, offer=done.offers[key.sku], remote=done.remote)])
    assert (shown.state, shown.shown.quantity) == SHOWN_AT_ZERO[zero]
    if zero is Zero.ENDS:
        return
    assert revise(adapter, revision(request, done, "CANDLE", quantity=4)) == [None]
    assert on_show(stage) == (4, PRICE)


def test_a_zero_that_the_account_cannot_take_is_told_by_its_own_code(stage: Stage) -> None:
    if not stage.refuses_zeros:
        pytest.skip("every seller may offer none")
    adapter, request, _, done = published(stage)
    stage.refuse_zeros()
    [error] = revise(adapter, revision(request, done, "CANDLE", quantity=0))
    assert isinstance(error, ZeroRefused)
    assert error.problem.fix != ""
    assert on_show(stage) == (7, PRICE)


def test_two_sites_of_one_unit_keep_each_their_own_quantity_unless_they_share_the_stock(stage: Stage) -> None:
    adapter, here, there, first, second = on_two_sites(stage)
    shared = registry.marketplace(stage.slug).traits.shares_stock
    mine = 2 if shared else 5  # what is computed for sites that share their stock is the same
    revisions = (revision(here, first, "CANDLE", quantity=mine), revision(there, second, "CANDLE", quantity=2))
    assert revise(adapter, *revisions, highest=5) == [None, None]
    quantities = {live.site: live.variations[Sku("CANDLE")].quantity for live in stage.live()}
    assert quantities == {here.site: mine, there.site: 2}


def test_in_an_answer_that_is_half_a_success_each_listing_gets_its_own_result(stage: Stage) -> None:
    if not stage.answers_in_halves:
        pytest.skip("one answer is about one listing")
    adapter, here, there, first, second = on_two_sites(stage)
    good, bad = revision(here, first, "CANDLE", quantity=5), revision(there, second, "CANDLE", quantity=5)
    stage.add_faults(stage.partial_answer(good, bad))
    accepted, refused = revise(adapter, good, bad)
    assert accepted is None
    assert isinstance(refused, Rejected)
    assert "price" in refused.problem.code


def test_one_sites_refusal_does_not_hold_the_other_site(stage: Stage) -> None:
    adapter, here, there, first, second = on_two_sites(stage)
    wrong = Money(Decimal("9.00"), "XXX")
    good, bad = revision(here, first, "CANDLE", quantity=5), revision(there, second, "CANDLE", price=wrong)
    waiting, refused = revise(adapter, good, bad)
    assert isinstance(refused, Rejected)
    assert type(waiting) in (type(None), RetryLater)  # taken, or to be sent again without the other
    assert revise(adapter, good) == [None]
    assert {live.site: live.variations[Sku("CANDLE")].quantity for live in stage.live()}[here.site] == 5


def test_a_listing_whose_offer_is_unknown_is_refused_without_a_call(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    stage.calls.clear()
    unknown = replace(revision(request, done, "CANDLE", quantity=1), offer=None)
    [error] = revise(adapter, unknown)
    assert isinstance(error, Rejected)
    assert stage.calls == []
    assert on_show(stage) == (7, PRICE)


# ---- reading ----


@pytest.mark.parametrize("variants", VARIANTS)
def test_read_back_shows_what_buyers_see(stage: Stage, variants: int) -> None:
    adapter, request, _, done = published(stage, variants)
    sku = request.variants[0].key.sku
    stage.edit_from_outside(sku, request.site, 2)
    rows = [
        listing(v.key, offer=done.offers[v.key.sku], remote=done.remote, group=done.group) for v in request.variants
    ]
    shown = adapter.read_back(rows)
    assert [remote.key for remote in shown] == [row.key for row in rows]
    assert all(remote.state is RemoteState.LIVE for remote in shown)
    assert {(remote.remote, remote.group) for remote in shown} == {(done.remote, done.group)}
    assert [remote.offer for remote in shown] == [done.offers[v.key.sku] for v in request.variants]
    assert [remote.values.quantity for remote in shown] == [2] + [7] * (variants - 1)
    currency = registry.marketplace(stage.slug).sites[request.site].currency
    assert {remote.values.price for remote in shown} == {Money(PRICE, currency)}


def test_read_back_of_something_that_is_not_there_says_so_and_an_outage_does_not(stage: Stage) -> None:
    adapter = stage.open()
    nobody = listing(ListingKey(ACCOUNT, stage.sites[0], Sku("NOBODY")), offer=None, remote=None)
    [shown] = adapter.read_back([nobody])
    assert (shown.state, shown.offer, shown.values) == (RemoteState.GONE, None, NOTHING)
    for fault in ("status", "html", "drop_before"):
        stage.add_faults(Fault("*", fault))  # type: ignore[arg-type]
        with pytest.raises(RetryLater):
            adapter.read_back([nobody])


def test_find_shows_an_offer_that_anybody_made(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    found = adapter.find(request.site, Sku("CANDLE"))
    assert found is not None
    assert (found.state, found.remote, found.offer) == (RemoteState.LIVE, done.remote, done.offers[Sku("CANDLE")])
    assert found.values.quantity == 7
    assert adapter.find(request.site, Sku("NOBODY")) is None
    assert all(adapter.find(site, Sku("CANDLE")) is None for site in stage.sites[1:])


def test_the_account_says_who_it_is_and_where_it_sells(stage: Stage) -> None:
    identity = stage.open().identify()
    assert identity.remote_name
    assert identity.sites[0] == stage.sites[0]
    assert set(identity.sites) == stage.account_sites()
    assert stage.open().identify().remote_name == identity.remote_name


def test_what_a_creation_profile_can_choose_makes_a_profile_that_publishes(stage: Stage) -> None:
    adapter = stage.open()
    choices = adapter.creation_choices(stage.sites[0])
    settings = stage.creation(stage.sites[0]).settings
    offered = {name: choices.get(_plural(name)) for name in settings}
    told = {
        name: [one["id"] if isinstance(one, dict) else one for one in rows] for name, rows in offered.items() if rows
    }
    assert told, "nothing that the profile needs is offered"
    assert {name: settings[name] for name in told if settings[name] not in told[name]} == {}
    assert {name for name in settings if name.endswith("_policy_id") or name == "condition"} <= set(told)


def _plural(setting: str) -> str:
    """What the choices of a setting are called."""
    thing = setting.removesuffix("_id")
    return f"{thing[:-1]}ies" if thing.endswith("y") else thing if thing.endswith("made") else f"{thing}s"


def test_lease_keys_part_what_may_be_written_at_once(stage: Stage) -> None:
    adapter = stage.open()
    key = ListingKey(ACCOUNT, stage.sites[0], Sku("A"))
    other = ListingKey(ACCOUNT, stage.sites[0], Sku("B"))
    group = RemoteId("G")
    keys = [
        adapter.lease_key(listing(k, offer=None, remote=None, group=g))
        for k, g in ((key, None), (other, None), (key, group), (other, group))
    ]
    assert keys[0] != keys[1]
    assert (keys[2] == keys[3] != keys[0]) == stage.writes_whole_groups
    assert (keys[2:] == keys[:2]) != stage.writes_whole_groups
    assert all(ACCOUNT in k for k in keys)


@pytest.mark.specs
def test_the_exchanges_above_were_held_against_the_official_documents(stage: Stage) -> None:
    if not stage.documented:
        pytest.skip("there are no official documents")
    require_specs(stage.slug)
    adapter, request, desk, done = published(stage, 6)
    adapter.full_revise(request, desk.worker())
    revise(adapter, revision(request, done, "JUMPER-M", quantity=1))
    adapter.read_back([listing(request.variants[0].key, offer=None, remote=None)])
    adapter.identify()
    adapter.creation_choices(stage.sites[0])
    adapter.end(request, desk.worker())
    assert stage.checked >= set(stage.calls) - {"oauth2Token"} - stage.beside
    assert len(stage.checked) >= stage.least_checked
