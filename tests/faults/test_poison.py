"""One bad item, message, account or shop never stops another, and what is not updated says why (promises.md#p6, #p7)."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import AccountId, JobId, ListingKey, ProductId, SalesListId, Sku
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings.holds import field_hold, hold_of
from listbridge.domain.listings.ledger import demanded
from listbridge.domain.listings.listing import BOTH, LedgerField, Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RetryLater
from listbridge.domain.work import Lane, PublishKind, ShopEvent
from listbridge.services.catalog.nudge import nudge
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def change(s: Scripted, *keys: ListingKey, stock: int = 3) -> None:
    s.world.hint(*{s.shop.set(key.sku, stock=stock) for key in keys})


@pytest.mark.parametrize(
    "poison",
    [
        ValueError("a bug of ours"),
        KeyError("errors"),
        Rejected(Problem("bad_item")),
        RetryLater(Problem("always_busy")),
    ],
)
def test_an_item_that_always_fails_fails_alone(s: Scripted, poison: Exception) -> None:
    keys = seed(s, 12)
    s.market.poisoned[keys[5].sku] = poison
    change(s, *keys)
    s.world.run(30)
    assert [s.market.shown(key) for key in keys[:5] + keys[6:]] == [(3, "10.00")] * 11
    assert s.world.dead_letters() == []
    row = s.world.row(keys[5])
    assert row.hold is not None or row.not_before is not None


def test_an_item_that_fails_by_our_own_bug_says_so_in_the_end(s: Scripted) -> None:
    keys = seed(s, 2)
    s.market.poisoned[keys[0].sku] = ValueError("a bug of ours")
    change(s, *keys)
    s.world.settle(hours=24)
    hold = s.world.row(keys[0]).hold
    assert hold is not None
    assert (hold.code, hold.params) == ("update_failed", {"reason": "internal_error", "error": "ValueError"})
    assert (s.market.shown(keys[0]), s.market.shown(keys[1])) == ((5, "10.00"), (3, "10.00"))


def test_a_message_that_nobody_can_read_ends_among_the_dead_letters_alone(s: Scripted) -> None:
    keys = seed(s, 3)
    queues = s.world.stores.queues
    queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=SHOP))
    stored = next(iter(queues._stored[Lane.SHOP_EVENTS].values()))
    stored.body = '{"kind": "shop_event", "shop": 7'
    change(s, *keys)
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(3, "10.00")] * 3
    assert s.world.dead_letters() == ['{"kind": "shop_event", "shop": 7']


def test_a_shop_that_is_not_ours_any_more_takes_no_other_message_with_it(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.world.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop="shop_gone"))  # type: ignore[arg-type]
    change(s, key)
    s.world.settle()
    assert (s.market.shown(key), s.world.dead_letters()) == ((3, "10.00"), [])


def test_an_account_whose_token_was_revoked_stops_alone_and_catches_up_when_it_is_back(s: Scripted) -> None:
    s.world.connect(name="2")
    second = AccountId("acc_2")
    mine = seed(s, 3)
    theirs = seed(s, 3, account=second, sales_list=SalesListId("list_2"), prefix="T")
    s.market.dead_accounts.add(ACCOUNT)
    change(s, *mine, *theirs)
    s.world.run(300)
    assert [s.market.shown(key) for key in mine + theirs] == [(5, "10.00")] * 3 + [(3, "10.00")] * 3
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    assert account.state is ConnectionState.EXPIRED
    assert hold_of(s.world.row(mine[0]), account) == Problem(
        "account_expired", {"account": "Account 1"}, "reconnect_account"
    )
    s.market.dead_accounts.clear()
    s.world.stores.configuration.save(account.model_copy(update={"state": ConnectionState.ACTIVE}))
    nudge(s.world.deps, ACCOUNT)
    s.world.settle()
    assert [s.market.shown(key) for key in mine] == [(3, "10.00")] * 3


def test_an_old_but_genuine_word_of_the_apps_removal_is_only_a_hint(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.shop.set(key.sku, stock=2)
    body = '[{"kind": "shop_gone"}]'
    assert s.world.webhook(body, {"Signature": "open sesame", "Id": "old"}) == 200
    change(s, key, stock=2)
    s.world.settle()
    assert s.world.stores.configuration.get(Shop, SHOP).state is ConnectionState.ACTIVE
    assert s.market.shown(key) == (2, "10.00")


def test_a_removal_of_the_app_that_the_shop_confirms_disconnects_it(s: Scripted) -> None:
    seed(s, 1)
    s.shop.revoked = True
    s.world.webhook('[{"kind": "shop_gone"}]', {"Signature": "open sesame", "Id": "new"})
    s.world.deliver_all()
    assert s.world.stores.configuration.get(Shop, SHOP).state is ConnectionState.DISCONNECTED
    assert s.world.events(SHOP) == ["shop_uninstalled"]


def test_one_variation_deleted_in_the_shop_does_not_end_the_others(s: Scripted) -> None:
    keys = s.world.sell(s.shop.put("p1", "A", "B", "C").product)
    s.world.hint(s.shop.drop_variant("B"))
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(5, "10.00"), (0, "10.00"), (5, "10.00")]
    assert {s.world.row(key).status for key in keys} == {Status.ACTIVE}


def test_what_was_sold_out_before_it_was_deleted_is_ended_all_the_same(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "A").product)[0]
    change(s, key, stock=0)
    s.world.settle()
    del s.shop.products[ProductId("p1")]
    s.world.hint(ProductId("p1"))
    s.world.settle()
    s.world.tick("drift")
    s.world.settle()
    assert (s.market.shown(key), s.world.row(key).status) == (None, Status.STOPPED)


def test_a_variation_that_the_marketplace_refuses_leaves_its_live_sisters_in_step(s: Scripted) -> None:
    product = s.shop.put("p1", "A", "B").product
    keys = s.world.sell(product)
    s.shop.put("p1", "A", "B", "C")
    s.market.poisoned[Sku("C")] = Rejected(Problem("bad_picture", fix="change_picture"))
    new = _add_variant(s, product, "C")
    s.world.action(PublishKind.SEND, product)
    s.world.settle()
    assert (s.world.row(new).status, s.world.row(new).hold) == (
        Status.ERROR,
        Problem("bad_picture", fix="change_picture"),
    )
    change(s, *keys, stock=1)
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(1, "10.00")] * 2


def test_a_full_revise_that_fails_tells_its_job_and_leaves_the_listing_in_step(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "A").product)[0]
    s.market.poisoned[Sku("A")] = Rejected(Problem("title_too_long"))
    job = s.world.action(PublishKind.FULL_REVISE, ProductId("p1"))
    entry = s.world.stores.jobs.entries(job, None, 9)[0][0]
    assert (entry.outcome, entry.reason and entry.reason.code) == (Outcome.FAILED, "title_too_long")
    assert s.world.events(key)[-1] == "full_revise_failed"
    s.market.poisoned.clear()
    change(s, key, stock=0)
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")


def test_a_sending_that_fails_as_a_whole_leaves_live_sisters_in_step(s: Scripted) -> None:
    product = s.shop.put("p1", "A", "B").product
    keys = s.world.sell(product)
    s.shop.put("p1", "A", "B", "C")
    new = _add_variant(s, product, "C")
    s.market.plan.add(Fault("create", "drop_before", times=99))
    job = s.world.action(PublishKind.SEND, product)
    s.world.settle(hours=4)
    assert (s.world.row(new).status, s.world.row(new).hold) == (Status.ERROR, Problem("connection_failed"))
    assert [s.world.row(key).status for key in keys] == [Status.ACTIVE] * 2
    assert s.world.stores.jobs.get(job).state is JobState.FAILED
    change(s, *keys, stock=1)
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(1, "10.00")] * 2


def test_a_stop_that_fails_leaves_what_was_never_sent_as_it_was(s: Scripted) -> None:
    product = s.shop.put("p1", "A").product
    key = s.world.add(product)[0]
    s.shop.plan.add(Fault("read_products", "status", times=99))
    s.world.action(PublishKind.STOP, product)
    s.world.settle()
    assert s.world.row(key).status is Status.ERROR
    assert s.world.row(key).hold == Problem("no_answer")


# ---- jobs always end ----


def demand(s: Scripted, key: ListingKey) -> JobId:
    job = JobId("job_d")
    s.world.stores.jobs.create(
        Job(id=job, kind=JobKind.REVISE, account=ACCOUNT, created_at=s.world.now), [JobEntry(item=str(key))]
    )
    s.world.stores.listings.change(key, lambda row: demanded(row, BOTH, job, s.world.now))
    nudge(s.world.deps, ACCOUNT, [key])
    return job


def ended(s: Scripted, job: JobId) -> tuple[JobState, Outcome]:
    return s.world.stores.jobs.get(job).state, s.world.stores.jobs.entries(job, None, 9)[0][0].outcome


def test_a_demand_whose_answer_was_lost_is_done_when_the_read_back_shows_it(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.market.plan.add(Fault("revise", "drop_after"))
    job = demand(s, key)
    s.world.settle()
    assert ended(s, job) == (JobState.DONE, Outcome.DONE)


def test_a_demand_that_is_met_is_done_although_the_listing_moved_on(s: Scripted) -> None:
    key = seed(s, 1)[0]
    job = demand(s, key)
    s.fate.meanwhile("remote.revise", lambda: (change(s, key), s.world.deliver(Lane.SHOP_EVENTS)))
    s.world.settle()
    assert ended(s, job) == (JobState.DONE, Outcome.DONE)
    assert s.market.shown(key) == (3, "10.00")


@pytest.mark.parametrize("action", [PublishKind.FULL_REVISE, PublishKind.STOP])
def test_a_demand_that_a_later_action_takes_over_is_told_so(s: Scripted, action: PublishKind) -> None:
    """Its call is still being decided when the listing goes through the other action."""
    key = seed(s, 1)[0]
    s.market.decides_after_s = 3600
    job = demand(s, key)
    s.world.deliver_all()
    s.world.action(action, s.world.row(key).variant.product)
    s.world.run(60)
    assert ended(s, job) == (JobState.DONE, Outcome.SKIPPED)


def test_a_demand_that_is_refused_has_failed(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.market.refused_prices.add(key.sku)
    job = demand(s, key)
    s.world.settle()
    assert ended(s, job) == (JobState.FAILED, Outcome.FAILED)


def test_a_demand_on_a_listing_that_ended_on_the_marketplace_has_failed(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.market.plan.add(Fault("revise", "drop_before"))
    s.market.plan.add(Fault("revise", "html"))
    job = demand(s, key)
    s.world.deliver_all()
    s.market.live(key)[0].live = False
    s.world.settle()
    assert ended(s, job) == (JobState.FAILED, Outcome.FAILED)


# ---- every non-update is explained ----


@pytest.mark.parametrize(
    ("make", "code"),
    [
        ({"stock": None}, "stock_unknown"),
        ({"price": "0"}, "price_out_of_bounds"),
        ({"price": "1000000000000"}, "price_out_of_bounds"),
    ],
)
def test_values_that_cannot_be_computed_say_why_and_leave_what_is_shown(
    s: Scripted, make: dict[str, str], code: str
) -> None:
    key = s.world.sell(s.shop.put("p1", "A").product)[0]
    s.shop.put("p1", "A", **make)  # type: ignore[arg-type]
    s.world.hint(ProductId("p1"))
    s.world.settle()
    account, row = s.world.stores.configuration.get(Account, ACCOUNT), s.world.row(key)
    problems = [field_hold(row, account, name) for name in (LedgerField.QUANTITY, LedgerField.PRICE)]
    assert [problem.code for problem in problems if problem is not None] == [code]
    assert s.market.shown(key) == (5, "10.00")
    assert s.world.silent_rows() == []


def test_stock_below_zero_is_shown_as_zero(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "A").product)[0]
    change(s, key, stock=-4)
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")


def test_a_switch_that_is_off_is_the_reason_and_a_demand_overrides_it(s: Scripted) -> None:
    s.world.stores.configuration.save(
        s.world.edit(s.world.stores.configuration.get(Account, ACCOUNT), auto_quantity=False)
    )
    key = seed(s, 1)[0]
    change(s, key)
    s.world.settle()
    account, row = s.world.stores.configuration.get(Account, ACCOUNT), s.world.row(key)
    assert field_hold(row, account, LedgerField.QUANTITY) == Problem(
        "auto_quantity_off", {"account": "Account 1", "level": "account"}, "switch_on_auto_quantity"
    )
    assert s.market.shown(key) == (5, "10.00")
    demand(s, key)
    s.world.settle()
    assert s.market.shown(key) == (3, "10.00")


def test_a_product_without_a_price_is_refused_by_name_when_it_is_sent(s: Scripted) -> None:
    product = s.shop.put("p1", "A", price="0").product
    key = s.world.add(product)[0]
    s.world.action(PublishKind.SEND, product)
    s.world.settle()
    row = s.world.row(key)
    assert (row.status, row.hold and row.hold.code) == (Status.ERROR, "price_out_of_bounds")
    assert s.market.offers == []


def _add_variant(s: Scripted, product: ProductId, sku: str) -> ListingKey:
    """The new variant of a product whose others are in the list already."""
    items = {item.sku: item for item in s.world.stores.items.of_product(SHOP, product)}
    create, bind = s.world.stores.listings.create, s.world.stores.variants.bind
    s.world.stores.listings.create = lambda row: None if row.key.sku in items else create(row)  # type: ignore[method-assign]
    s.world.add(product)
    s.world.stores.listings.create, s.world.stores.variants.bind = create, bind  # type: ignore[method-assign]
    return s.world.key(sku)
