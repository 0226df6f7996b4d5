"""Products without variations that go on sale by the same calls: each exactly once, whatever happens to the others."""

from __future__ import annotations

from collections import Counter
from itertools import count

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId, ListingKey, ProductId, Sku
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import AnyMessage, Lane, PublishTask, PublishTogether
from listbridge.services.deps import TimeLimits
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.listings.act.act_on_listings import Ask, act_on_all
from listbridge.services.listings.act.selection import Scope
from listbridge.services.listings.action_rules import Action
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import PUT_ITEMS, entry_refused
from tests.fakes.world import ACCOUNT, LIST
from tests.faults.pair import Pair, pair

pytestmark = pytest.mark.timeout(900)
LOOK, MAKE_OFFERS, PUBLISH = "bulkGetInventoryItem", "bulkCreateOffer", "bulkPublishOffer"
ABC = ("A", "B", "C")
_LIKE_THEM = ("drop_before", "html", "503")


def products(p: Pair, *skus: str) -> dict[str, tuple[ProductId, ListingKey]]:
    """Products with one variant each, in the sales list."""
    made = {}
    for sku in skus:
        product = p.add_product(sku, title=f"Mug {sku}")
        made[sku] = (product, *p.world.add(product))
    return made


def send(p: Pair, action: Action = Action.SEND, *, deliver: bool = False) -> JobId:
    scope = Scope(p.world.stores.configuration.get(Account, ACCOUNT), LIST)
    job = act_on_all(p.world.deps, scope, Ask(action, "test")).id
    if deliver:
        p.world.settle(hours=4)
    return job


def operations(p: Pair, since: int) -> Counter[str]:
    """eBay's calls about items and offers, without those about the profile, which are made once for all products."""
    names = [entry.operation for entry in p.ebay.world.journal.since(since)]
    return Counter(name for name in names if name.endswith(("Item", "Offer", "Offers", "Group")))


def statuses(p: Pair) -> dict[Sku, Status]:
    return {row.key.sku: row.status for row in p.world.rows(ACCOUNT)}


def offers(p: Pair) -> list[str]:
    return sorted(offer.sku for offer in p.ebay.world.sellers["anna"].offers.values())


def done(p: Pair, job: JobId, live: int, failed: int = 0) -> None:
    its = p.world.stores.jobs.get(job)
    assert (its.state, its.done, its.failed) == (JobState.PARTLY if failed else JobState.DONE, live, failed)
    assert len(p.live()) == live
    assert len(offers(p)) == len(set(offers(p)))


def test_twenty_five_products_go_on_sale_by_four_calls() -> None:
    p = pair()
    products(p, *(f"MUG-{number:02}" for number in range(25)))
    job = send(p)
    [message] = p.world.stores.queues.messages(Lane.PUBLISH)
    assert isinstance(message, PublishTogether)
    before, of_shop = p.ebay.world.journal.last, len(p.shopify.world.journal)
    p.world.deliver(Lane.PUBLISH)
    done(p, job, live=25)
    assert operations(p, before) == {LOOK: 1, PUT_ITEMS: 1, MAKE_OFFERS: 1, PUBLISH: 1}
    assert len(p.shopify.world.journal) - of_shop == 1  # one read of all products
    assert offers(p) == [f"MUG-{number:02}" for number in range(25)]
    p.in_step()


def test_products_with_variations_and_a_product_that_is_alone_go_as_before() -> None:
    p = pair()
    products(p, *ABC)
    p.world.add(p.add_product("S", "M", "L", title="Shirt"))
    job = send(p, deliver=True)
    its = p.world.stores.jobs.get(job)
    assert (its.state, its.done, its.failed) == (JobState.DONE, 6, 0)
    assert sorted(len(variations) for _, variations in p.live()) == [1, 1, 1, 3]
    p.in_step()


@pytest.mark.parametrize(("skus", "step"), [(ABC[:2], 4), pytest.param(ABC, 1, marks=pytest.mark.full)])
def test_a_worker_killed_at_any_call_leaves_each_product_on_sale_once(skus: tuple[str, ...], step: int) -> None:
    for cut in count(1, step):
        p = pair()
        products(p, *skus)
        job = send(p)
        p.fate.die_in(cut)
        p.world.deliver(Lane.PUBLISH)
        if p.world.deaths == 0:
            break
        p.world.settle(hours=4)
        assert set(statuses(p).values()) == {Status.ACTIVE}, f"cut {cut} before {p.fate.calls[-1]}"
        assert (offers(p), len(p.live())) == ([*skus], len(skus))
        done(p, job, live=len(skus))
        p.in_step()
    assert cut > 20 * len(skus)


@pytest.mark.parametrize(
    "kind", ["drop_after", "late", "429", *(pytest.param(kind, marks=pytest.mark.full) for kind in _LIKE_THEM)]
)
def test_each_call_spoiled_in_turn_leaves_each_product_on_sale_once(kind: str) -> None:
    fault = {"late": ("vendor", "late", 502), "html": ("html", "", 502)}.get(kind)
    for operation in (LOOK, PUT_ITEMS, MAKE_OFFERS, PUBLISH):
        p = pair()
        products(p, *ABC)
        if kind.isdigit():
            p.ebay.faults.add(Fault(operation, "status", status=int(kind)))
        elif fault is not None:
            p.ebay.faults.add(Fault(operation, fault[0], name=fault[1], status=fault[2], seconds=8.0))
        else:
            p.ebay.faults.add(Fault(operation, kind))
        job = send(p, deliver=True)
        assert p.ebay.faults.waiting() == 0, f"{operation} never came"
        assert offers(p) == [*ABC], operation
        done(p, job, live=3)
        p.in_step()


@pytest.mark.parametrize(("operation", "error_id"), [(PUT_ITEMS, 25017), (MAKE_OFFERS, 25709), (PUBLISH, 25005)])
def test_what_is_refused_of_one_stops_no_other(operation: str, error_id: int) -> None:
    p = pair()
    products(p, *ABC)
    p.ebay.faults.add(entry_refused(operation, "B", error_id))
    before = p.ebay.world.journal.last
    job = send(p, deliver=True)
    done(p, job, live=2, failed=1)
    assert statuses(p) == {"A": Status.ACTIVE, "B": Status.ERROR, "C": Status.ACTIVE}
    assert operations(p, before)[PUBLISH] == 1


@pytest.mark.parametrize("operation", [PUT_ITEMS, MAKE_OFFERS, PUBLISH])
def test_an_entry_without_a_word_is_looked_for_on_its_own(operation: str) -> None:
    p = pair()
    products(p, *ABC)
    p.ebay.faults.add(Fault(operation, "vendor", name="entry_lost", body={"sku": "B"}))
    before = p.ebay.world.journal.last
    job = send(p, deliver=True)
    done(p, job, live=3)
    assert operations(p, before)[operation] == 1
    p.in_step()


@pytest.mark.parametrize("operation", [PUT_ITEMS, MAKE_OFFERS, PUBLISH])
def test_a_call_refused_as_a_whole_is_made_for_each_alone_so_that_only_the_poisoned_one_fails(operation: str) -> None:
    p = pair()
    products(p, *ABC)
    refusal = {"errors": [{"errorId": 2004, "domain": "ACCESS", "category": "REQUEST", "message": "Not serializable"}]}
    p.ebay.faults.add(Fault(operation, "status", status=400, body=refusal))
    p.ebay.faults.add(Fault("publishOffer", "status", status=400, body=refusal))
    job = send(p, deliver=True)
    done(p, job, live=2, failed=1)
    assert sorted(statuses(p).values()) == [Status.ACTIVE, Status.ACTIVE, Status.ERROR]


def test_the_second_worker_of_a_set_sends_each_product_on_alone() -> None:
    """What killed the first may be one of them."""
    p = pair()
    products(p, *ABC)
    job = send(p)
    p.fate.die_before("remote.POST.bulk_create_offer")
    p.world.deliver(Lane.PUBLISH)
    assert p.world.deaths == 1
    before = p.ebay.world.journal.last
    p.world.run(721)
    assert operations(p, before)[PUBLISH] == 0
    assert operations(p, before)["publishOffer"] == 3
    done(p, job, live=3)


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.full)])
def test_a_message_that_comes_twice_while_its_set_is_worked_on_changes_nothing_in_the_end(step: int) -> None:
    for nth in count(1, step):
        p = pair()
        products(p, "A", "B")
        job = send(p)
        [message] = p.world.stores.queues.messages(Lane.PUBLISH)
        came: list[int] = []

        def come(p: Pair = p, message: AnyMessage = message, came: list[int] = came) -> None:
            p.world.stores.queues.send(Lane.PUBLISH, message)
            came += [p.world.deliver(Lane.PUBLISH) for _ in range(3)]  # the set, and what it sends on

        p.fate.meanwhile("*", come, nth=nth)
        p.world.deliver(Lane.PUBLISH)
        if not came:
            break
        p.world.settle(hours=4)
        assert offers(p) == ["A", "B"], f"at call {nth}"
        done(p, job, live=2)
        p.in_step()
    assert nth > 40


def test_a_fault_of_ours_in_the_midst_of_a_set_leaves_each_product_on_sale_once() -> None:
    p = pair()
    products(p, *ABC)
    job = send(p)

    def breaks() -> None:
        raise KeyError("nobody has a name for it")

    p.fate.meanwhile("remote.POST.bulk_publish_offer.answered", breaks)
    p.world.deliver(Lane.PUBLISH)
    assert set(statuses(p).values()) == {Status.PENDING}
    before = p.ebay.world.journal.last
    p.world.settle()
    done(p, job, live=3)
    assert operations(p, before)[PUBLISH] == operations(p, before)["publishOffer"] == 0  # they were live all the time
    p.in_step()


def test_a_set_of_one_is_none_and_what_is_rehearsed_goes_product_by_product() -> None:
    p = pair()
    products(p, *(f"MUG-{number:02}" for number in range(26)))
    send(p)
    one, another = p.world.stores.queues.messages(Lane.PUBLISH)
    assert isinstance(one, PublishTogether)
    assert (len(set(one.products)), type(another)) == (25, PublishTask)
    account = p.world.stores.configuration.get(Account, ACCOUNT)
    p.world.stores.configuration.save(account.model_copy(update={"observe": True}))
    send(p)
    rehearsals = p.world.stores.queues.messages(Lane.PUBLISH)[2:]
    assert {type(message) for message in rehearsals} == {PublishTask}
    assert [message.rehearse for message in rehearsals if isinstance(message, PublishTask)] == [True] * 26


def test_a_cancelled_job_publishes_none_of_them() -> None:
    p = pair()
    products(p, *ABC)
    job = send(p)
    cancel(p.world.deps, job, "test")
    before = p.ebay.world.journal.last
    p.world.settle()
    assert (p.live(), operations(p, before)) == ([], {})
    assert set(statuses(p).values()) == {Status.NOT_ACTIVE}


def test_what_does_not_fit_into_the_time_of_a_run_goes_on_alone() -> None:
    p = pair(limits=TimeLimits(drain_run_s=8, publish_together_s=0))
    products(p, *ABC)
    job = send(p)
    p.world.deliver(Lane.PUBLISH)
    assert [type(message) for message in p.world.stores.queues.messages(Lane.PUBLISH)] == [PublishTask] * 3
    p.world.settle()
    done(p, job, live=3)


def test_a_spent_limit_is_waited_for_together() -> None:
    p = pair()
    products(p, *ABC)
    job = send(p)
    p.ebay.faults.add(Fault(PUT_ITEMS, "status", status=429))
    p.world.deliver(Lane.PUBLISH)
    [again] = p.world.stores.queues.messages(Lane.PUBLISH)
    assert isinstance(again, PublishTogether)
    assert sorted(map(str, again.products)) == sorted(str(row.variant.product) for row in p.world.rows(ACCOUNT))
    before = p.ebay.world.journal.last
    p.world.settle()
    done(p, job, live=3)
    # What it began is looked for once more, and read before it is written.
    assert operations(p, before) == {LOOK: 2, PUT_ITEMS: 1, MAKE_OFFERS: 1, PUBLISH: 1}


def test_listings_that_were_stopped_are_relisted_together_with_the_offers_that_they_had() -> None:
    p = pair()
    products(p, *ABC)
    send(p, deliver=True)
    send(p, Action.STOP, deliver=True)
    assert p.live() == []
    kept = sorted(offer.offer_id for offer in p.ebay.world.sellers["anna"].offers.values())
    before = p.ebay.world.journal.last
    job = send(p, Action.RELIST, deliver=True)
    done(p, job, live=3)
    assert sorted(offer.offer_id for offer in p.ebay.world.sellers["anna"].offers.values()) == kept
    calls = operations(p, before)
    assert (calls[PUT_ITEMS], calls["updateOffer"], calls[PUBLISH]) == (1, 3, 1)
    p.in_step()


def test_what_the_account_sells_already_is_linked_and_the_others_are_published() -> None:
    p = pair()
    products(p, *ABC)
    p.ebay.deeds.seed_listings(seller="anna", skus=["B"], marketplace="EBAY_US", quantity=2, price="9.00")
    job = send(p, deliver=True)
    assert p.world.stores.jobs.get(job).failed == 0
    assert len(p.live()) == 3
    assert offers(p) == [*ABC]
