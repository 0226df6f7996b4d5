"""What configuration or absence would zero or reprice as a large share waits for approval; a real sell-out never does
(promises.md#p9)."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import pytest

from listbridge.domain.configuration import (
    Account,
    GuardLimits,
    PriceRule,
    Profile,
    QuantityMode,
    QuantityRule,
    Rules,
    Shop,
)
from listbridge.domain.ids import ListingKey, ProductId, ProfileId
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.configuration.change_configuration import propose
from listbridge.services.jobs.decide_job import NotWaiting, decide
from listbridge.services.listings.revise.release_guarded import start_release
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.seeded import seed

PROFILE = ProfileId("profile_1")


@pytest.fixture
def s() -> Scripted:
    return guarded_world(GuardLimits())


def guarded_world(limits: GuardLimits) -> Scripted:
    """The scripted world under a guard that asks."""
    s = scripted_world()
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"guard": limits}))
    return s


def shown(s: Scripted, keys: list[ListingKey]) -> set[tuple[int | None, str] | None]:
    return {s.market.shown(key) for key in keys}


def the_profile(s: Scripted) -> Profile:
    return s.world.stores.configuration.get(Profile, PROFILE)


def edit(s: Scripted, rules: Rules) -> Job:
    job = propose(s.world.deps, the_profile(s).model_copy(update={"rules": rules}), "seller")
    s.world.settle()
    return s.world.stores.jobs.get(job.id)


def sweep(s: Scripted) -> Job:
    job = start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "timer")
    s.world.settle()
    return s.world.stores.jobs.get(job.id)


CAP_0 = Rules(quantity=QuantityRule(mode=QuantityMode.CAP, value=0))
DOUBLE = Rules(price=PriceRule(ratio=Decimal(2)))


# ---- a sell-out ----


def test_a_sell_out_of_everything_passes_at_once(s: Scripted) -> None:
    keys = seed(s, 60)
    since = s.world.now
    s.world.hint(*{s.shop.set(key.sku, stock=0) for key in keys})
    s.world.deliver_all()
    assert shown(s, keys) == {(0, "10.00")}
    assert (s.world.now - since).total_seconds() < 10


def test_the_sellers_own_absolute_limit_stops_even_a_sell_out(s: Scripted) -> None:
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"guard": GuardLimits(zero_limit=10)}))
    keys = seed(s, 30)
    s.world.hint(*{s.shop.set(key.sku, stock=0) for key in keys})
    s.world.settle()
    assert [s.market.shown(key) for key in keys].count((0, "10.00")) == 10
    held = [row for row in s.world.rows() if row.hold is not None]
    assert {row.hold.params["limit"] for row in held if row.hold} == {"zero_limit"}
    assert len(held) == 20


# ---- the same zeros from an empty catalogue ----


def test_the_same_zeros_from_an_empty_sweep_are_stopped_before_the_first_remote_call(s: Scripted) -> None:
    keys = seed(s, 60)
    s.shop.empty = True
    calls = s.market.calls
    job = sweep(s)
    assert (job.state, job.affected, job.live) == (JobState.AWAITING_APPROVAL, 60, 60)
    assert (s.market.calls, shown(s, keys)) == (calls, {(5, "10.00")})
    assert {row.computed.quantity for row in s.world.rows()} == {5}


def test_the_same_zeros_from_empty_reads_are_stopped_before_the_first_remote_call(s: Scripted) -> None:
    keys = seed(s, 60)
    s.shop.empty = True
    calls = s.market.calls
    s.world.hint(*s.shop.products)
    s.world.settle()
    assert (s.market.calls, shown(s, keys)) == (calls, {(5, "10.00")})
    assert {row.hold.code for row in s.world.rows() if row.hold} == {"guard"}
    assert s.world.silent_rows() == []


def test_a_catalogue_that_vanishes_in_small_reads_is_stopped_at_the_limit(s: Scripted) -> None:
    keys = seed(s, 60)
    s.shop.empty = True
    for product in s.shop.products:
        s.world.hint(product)
        s.world.deliver_all()
    s.world.settle()
    still_up = [key for key in keys if s.market.shown(key) == (5, "10.00")]
    assert len(still_up) == 60 - 5  # a tenth of what was live by then
    assert all(s.world.row(key).hold is not None for key in still_up)


def test_what_an_empty_read_stopped_comes_back_by_itself_with_the_catalogue(s: Scripted) -> None:
    keys = seed(s, 60)
    s.shop.empty = True
    s.world.hint(*s.shop.products)
    s.world.settle()
    s.shop.empty = False
    s.world.hint(*s.shop.products)
    s.world.settle()
    assert shown(s, keys) == {(5, "10.00")}
    assert [row.hold for row in s.world.rows()] == [None] * 60


def test_a_yes_lets_the_absences_go(s: Scripted) -> None:
    keys = seed(s, 60)
    s.shop.empty = True
    s.world.hint(*s.shop.products)
    s.world.settle()
    start_release(s.world.deps, s.world.stores.configuration.get(Account, ACCOUNT), "kim")
    s.world.settle()
    assert shown(s, keys) == {None}


@pytest.mark.parametrize("total", [None, 61])
def test_a_sweep_without_a_count_or_short_of_it_proves_no_absence(s: Scripted, total: int | None) -> None:
    keys = seed(s, 20)
    for product in list(s.shop.products)[:10]:
        del s.shop.products[product]
    s.shop.total = total
    assert sweep(s).state is (JobState.DONE if total is None else JobState.FAILED)
    assert shown(s, keys) == {(5, "10.00")}
    assert not any(row.absent for p in s.shop.products for row in s.world.stores.variants.of_product(SHOP, p))


def test_a_sweep_that_was_approved_cut_at_every_call_still_zeroes_all(s: Scripted) -> None:
    for cut in count(1):
        s = scripted_world()
        keys = seed(s, 3)
        gone = s.shop.products.copy()
        for product in list(gone)[:2]:
            del s.shop.products[product]
        job = start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "timer")
        s.fate.die_in(cut)
        s.world.settle()
        s.world.tick("drift")  # ends what a worker zeroed that died before it could ask for the end
        s.world.settle()
        assert [s.market.shown(key) for key in keys] == [None, None, (5, "10.00")], f"cut {cut}"
        assert s.world.stores.jobs.get(job.id).state is JobState.DONE
        if s.world.deaths == 0:
            break


# ---- edits ----


@pytest.mark.parametrize("rules", [CAP_0, DOUBLE])
def test_an_edit_over_the_limit_waits_with_nothing_changed(s: Scripted, rules: Rules) -> None:
    keys = seed(s, 60)
    before, calls = [(row.key, row.rev) for row in s.world.rows()], s.market.calls
    job = edit(s, rules)
    assert (job.state, job.affected, job.live) == (JobState.AWAITING_APPROVAL, 60, 60)
    assert [(row.key, row.rev) for row in s.world.rows()] == before
    assert (s.market.calls, shown(s, keys)) == (calls, {(5, "10.00")})
    assert the_profile(s).rules == Rules()


def test_a_yes_applies_it_to_all(s: Scripted) -> None:
    keys = seed(s, 60)
    job = edit(s, DOUBLE)
    decide(s.world.deps, job.id, approve=True, actor="seller")
    s.world.settle()
    assert shown(s, keys) == {(5, "20.00")}
    assert s.world.stores.jobs.get(job.id).state is JobState.DONE


def test_a_no_leaves_all_as_it_was_and_cannot_be_taken_back(s: Scripted) -> None:
    keys = seed(s, 60)
    job = edit(s, CAP_0)
    decide(s.world.deps, job.id, approve=False, actor="seller")
    s.world.settle()
    assert (shown(s, keys), the_profile(s).rules) == ({(5, "10.00")}, Rules())
    with pytest.raises(NotWaiting):
        decide(s.world.deps, job.id, approve=True, actor="seller")


def test_an_edit_below_the_limit_needs_no_yes() -> None:
    s = guarded_world(GuardLimits(share=Decimal(1), count=3))
    keys = seed(s, 25)
    assert edit(s, DOUBLE).state is JobState.DONE
    assert shown(s, keys) == {(5, "20.00")}


def test_an_edit_of_all_that_a_small_account_has_waits(s: Scripted) -> None:
    keys = seed(s, 2)
    job = edit(s, CAP_0)
    assert (job.state, job.affected, job.live) == (JobState.AWAITING_APPROVAL, 2, 2)
    assert shown(s, keys) == {(5, "10.00")}


def test_an_edit_that_others_overtook_changes_nothing_and_says_so(s: Scripted) -> None:
    keys = seed(s, 60)
    job = edit(s, DOUBLE)
    s.world.stores.configuration.save(the_profile(s).model_copy(update={"name": "Renamed"}))
    decide(s.world.deps, job.id, approve=True, actor="seller")
    s.world.settle()
    job = s.world.stores.jobs.get(job.id)
    assert (job.state, job.reason and job.reason.code) == (JobState.FAILED, "changed_meanwhile")
    assert shown(s, keys) == {(5, "10.00")}


def test_an_edit_cut_at_every_call_reaches_every_listing() -> None:
    for cut in count(1):
        s = scripted_world()
        keys = seed(s, 3)
        job = propose(s.world.deps, the_profile(s).model_copy(update={"rules": DOUBLE}), "seller")
        s.fate.die_in(cut)
        s.world.settle()
        assert shown(s, keys) == {(5, "20.00")}, f"cut {cut}"
        assert s.world.stores.jobs.get(job.id).state is JobState.DONE
        if s.world.deaths == 0:
            break


def test_streamed_prices_are_stopped_above_the_limit_and_zeros_pass_beside_them(s: Scripted) -> None:
    keys = seed(s, 60)
    s.world.hint(*{s.shop.set(key.sku, price="1.00") for key in keys})
    s.world.settle()
    assert [s.market.shown(key) for key in keys].count((5, "1.00")) == 25
    assert sum(row.hold is not None and row.hold.code == "guard" for row in s.world.rows()) == 35
    s.world.hint(*{s.shop.set(key.sku, stock=0) for key in keys})
    s.world.deliver_all()
    assert {s.market.shown(key)[0] for key in keys} == {0}  # type: ignore[index]
    start_release(s.world.deps, s.world.stores.configuration.get(Account, ACCOUNT), "kim")
    s.world.settle()
    assert shown(s, keys) == {(0, "1.00")}


def test_a_listing_that_is_repriced_again_and_again_counts_once_in_a_window(s: Scripted) -> None:
    keys = seed(s, 60)
    for price in range(1, 41):
        s.world.hint(s.shop.set(keys[0].sku, price=f"{price}.00"))
        s.world.settle()
    assert s.market.shown(keys[0]) == (5, "40.00")
    assert [row for row in s.world.rows() if row.hold is not None] == []


# ---- observe mode ----


def test_an_account_that_only_observes_computes_everything_and_sends_nothing(s: Scripted) -> None:
    keys = seed(s, 3)
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"observe": True}))
    s.world.hint(*{s.shop.set(key.sku, stock=0) for key in keys})
    new = s.world.add(s.shop.put("new", "N").product)[0]
    s.world.action(PublishKind.SEND, ProductId("new"))
    s.world.run(3600)
    assert (s.market.calls, s.market.sent, shown(s, keys)) == (0, [], {(5, "10.00")})
    assert {row.computed.quantity for row in s.world.rows() if row.key != new} == {0}
    assert (s.world.row(new).status, s.world.row(new).hold) != (Status.ACTIVE, None)
    assert s.world.silent_rows() == []


def test_leaving_observe_mode_with_much_to_send_waits_for_a_yes(s: Scripted) -> None:
    keys = seed(s, 60)
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    account = s.world.stores.configuration.save(account.model_copy(update={"observe": True}))
    s.world.hint(*{s.shop.set(key.sku, price="1.00") for key in keys})
    s.world.run(60)
    job = propose(s.world.deps, account.model_copy(update={"observe": False}), "seller")
    s.world.run(60)
    assert s.world.stores.jobs.get(job.id).state is JobState.AWAITING_APPROVAL
    assert s.market.calls == 0
    decide(s.world.deps, job.id, approve=True, actor="seller")
    s.world.settle()
    assert shown(s, keys) == {(5, "1.00")}
