"""Publishing on Amazon, which takes in and decides later: killed after every call, refused late, or never answered
(protocol.md#publishing)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Lane, PublishKind
from simulators.faults import Fault
from tests.faults.amazon_region import PUT, TEN, Region, region

pytestmark = pytest.mark.timeout(900)
SIX = ("XS", "S", "M", "L", "XL", "XXL")
FAMILIES = (pytest.param(SIX[:3], id="3 children"), pytest.param(SIX, id="6 children", marks=pytest.mark.full))
"""A first child, one within and a last; cuts and the price of each grow with the children, so six are for `make test-full`."""
A_DAY = 86_400.0
FIRST_PRODUCT = "7900000000001"
"""As the shop names the first that it gets."""


@pytest.fixture
def r() -> Region:
    return region()


def one_family(r: Region, keys: list[ListingKey], at: object = "") -> None:
    """One parent with all of its children, on sale with what the shop has."""
    assert [r.p.world.row(key).status for key in keys] == [Status.ACTIVE] * len(keys), at
    [family] = r.p.market.live()
    shown = {sku: (variation.quantity, variation.price) for sku, variation in family.variations.items()}
    assert shown == dict.fromkeys(SIX[: len(keys)], (5, TEN)), at
    assert r.p.market.ever_made() == 1, at
    assert len({r.p.world.row(key).group for key in keys}) == 1, at
    r.in_step()


def calls_of_a_publishing() -> int:
    r = region()
    before = sum(r.calls().values())
    keys = r.send(r.p.add_product(*SIX))
    r.rest()
    one_family(r, keys)
    return sum(r.calls().values()) - before


def killed_after(r: Region, nth: int) -> Callable[[], bool]:
    """Let the worker die before whatever it does next, once Amazon has answered for the n-th time."""
    seen = [0]

    def answered(request: object, response: object) -> None:
        if "market.example" in str(getattr(request, "url", "")):
            seen[0] += 1
            if seen[0] == nth:
                r.p.fate.die_in(1)

    r.p.wire.on_answer.append(answered)
    return lambda: seen[0] >= nth


@pytest.mark.parametrize("children", FAMILIES)
def test_a_parent_with_children_killed_after_every_call_of_its_publishing_becomes_one_family(
    children: tuple[str, ...],
) -> None:
    for nth in count(1):
        r = region()
        came = killed_after(r, nth)
        keys = r.send(r.p.add_product(*children), deliver=False)
        r.p.world.deliver(Lane.PUBLISH)
        r.p.fate.revive()
        r.rest()
        one_family(r, keys, f"call {nth}")
        if not came():
            break
    assert nth > 2 * len(children) + 2


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.full), 11])
def test_a_parent_with_six_children_killed_before_any_write_or_call_becomes_one_family(step: int) -> None:
    for cut in count(1, step):
        r = region()
        keys = r.send(r.p.add_product(*SIX), deliver=False)
        r.p.fate.die_in(cut)
        r.p.world.deliver(Lane.PUBLISH)
        died = r.p.world.deaths > 0
        r.p.fate.revive()
        r.rest()
        one_family(r, keys, f"cut {cut}")
        if not died:
            break
    assert cut > 40


@pytest.mark.parametrize("children", FAMILIES)
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_each_write_of_a_publishing_whose_answer_is_lost_makes_one_family(kind: str, children: tuple[str, ...]) -> None:
    for n in range(1 + len(children)):
        r = region()
        r.p.market.add_faults(Fault(PUT, kind, skip=n))  # type: ignore[arg-type]
        keys = r.send(r.p.add_product(*children))
        r.p.world.settle(hours=8)
        assert r.amazon.faults.waiting() == 0, f"call {n} never came"
        one_family(r, keys, f"call {n}")


def test_a_zero_that_comes_in_at_any_call_of_a_publishing_is_what_buyers_see() -> None:
    """The publishing reads 5 and stalls, a revision sends 0, and the publishing's write lands last."""
    for nth in count(1):
        r = region()
        product = r.p.add_product("MUG")
        came: list[bool] = []

        def sold_out(r: Region = r, came: list[bool] = came) -> None:
            r.p.shop.set_stock("MUG", 0)
            r.p.pump()
            came.append(True)
            for lane in (Lane.SHOP_EVENTS, Lane.RECOMPUTE, Lane.REVISE):
                r.p.world.deliver(lane)

        r.p.fate.meanwhile("market.*", sold_out, nth=nth)
        (key,) = r.send(product)
        r.rest()
        if not came:
            break
        assert r.stock("MUG") == 0, f"call {nth}"
        assert r.p.world.row(key).accepted.quantity == 0, f"call {nth}"
        r.in_step()
    assert nth > 4


def test_a_day_of_deciding_is_followed_without_another_write_and_without_reading_the_shop(r: Region) -> None:
    r.decides_after(A_DAY)
    reads = reads_of_products(r)
    (key,) = r.send(r.p.add_product("MUG"))
    row = r.p.world.row(key)
    assert (row.status, row.offer) == (Status.PENDING, "MUG")
    r.p.run(600)  # what its hooks, and the look at what has changed, bring about
    assert len(reads) > 0
    before = (r.calls()[PUT], len(reads))
    r.p.run(A_DAY - 7200)
    assert (r.p.world.row(key).status, r.calls()[PUT], len(reads)) == (Status.PENDING, *before)
    r.p.run(3 * 3600)
    assert (r.p.world.row(key).status, r.shown("MUG"), r.calls()[PUT]) == (Status.ACTIVE, (5, TEN), before[0])
    r.in_step()


def reads_of_products(r: Region) -> list[str]:
    """Calls that name a product to the shop; those of the schedule's minute only ask what has changed."""
    found: list[str] = []

    def seen(request: Any, response: Any) -> None:
        if "shop.example" in request.url and f"{FIRST_PRODUCT}" in str(request.body):
            found.append(request.url)

    r.p.wire.on_answer.append(seen)
    return found


def test_what_is_accepted_and_never_comes_to_be_is_told_after_its_time_and_not_sent_again_unasked(r: Region) -> None:
    r.amazon.deeds.plan_issue("MUG", "lost")
    (key,) = r.send(r.p.add_product("MUG"))
    r.p.run(A_DAY + 3600)
    row = r.p.world.row(key)
    assert row.status is Status.ERROR
    assert row.hold is not None
    assert (row.hold.code, row.hold.fix) == ("amazon_never_appeared", "send_again")
    assert r.p.market.live() == []
    puts = r.calls()[PUT]
    r.p.run(2 * 3600)
    assert r.calls()[PUT] == puts
    r.p.world.action(PublishKind.SEND, r.p.products["MUG"])
    r.rest()
    assert (r.p.world.row(key).status, r.shown("MUG"), r.p.market.ever_made()) == (Status.ACTIVE, (5, TEN), 1)


@pytest.mark.parametrize("stage", ["preview", "submission", "decision"])
def test_what_amazon_refuses_at_any_stage_says_its_attribute_code_and_fix_and_nothing_is_on_sale(
    r: Region, stage: str
) -> None:
    r.amazon.deeds.plan_issue("MUG", stage, code="90220", attribute="item_name", message="item_name is wrong.")  # type: ignore[arg-type]
    product = r.p.add_product("MUG")
    keys = r.p.world.add(product)
    job = r.p.world.action(PublishKind.SEND, product)
    r.p.world.settle(hours=8)
    row = r.p.world.row(keys[0])
    assert row.status in (Status.ERROR, Status.NOT_ACTIVE)
    assert row.hold is not None
    assert "90220" in str(row.hold.params), row.hold
    assert row.hold.fix
    assert (r.p.world.stores.jobs.get(job).failed, r.p.market.live()) == (1, [])
    r.p.world.action(PublishKind.SEND, product)
    r.rest()
    assert (r.p.world.row(keys[0]).status, r.shown("MUG")) == (Status.ACTIVE, (5, TEN))
    r.in_step()


def test_what_the_preview_refuses_is_not_sent(r: Region) -> None:
    r.amazon.deeds.plan_issue("MUG", "preview", code="90220", attribute="item_name")
    r.send(r.p.add_product("MUG"))
    r.p.world.settle(hours=8)
    assert r.stock("MUG") is None
    assert r.quantities("MUG") == []


def test_of_a_family_of_which_one_child_is_refused_the_others_are_on_sale(r: Region) -> None:
    r.amazon.deeds.plan_issue("L", "decision", code="99022", attribute="size")
    keys = r.send(r.p.add_product(*SIX))
    r.p.world.settle(hours=8)
    statuses = {key.sku: r.p.world.row(key).status for key in keys}
    assert statuses == {**dict.fromkeys(SIX, Status.ACTIVE), "L": Status.ERROR}
    [family] = r.p.market.live()
    assert set(family.variations) == set(SIX) - {"L"}


def test_what_is_decided_before_its_answer_is_worked_on_is_live_within_minutes(r: Region) -> None:
    """Taken for what was there before the submission, it would wait for a quarter of an hour."""
    r.decides_after(1)

    def slow(request: Any, response: Any) -> None:
        if request.method == "PUT":
            r.p.world.stores.clock.advance(3)

    r.p.wire.on_answer.append(slow)
    keys = r.send(r.p.add_product(*SIX))
    r.p.run(300)
    one_family(r, keys)


def test_a_job_of_a_family_is_done_when_its_last_child_is_decided(r: Region) -> None:
    r.decides_after(600)
    product = r.p.add_product(*SIX)
    r.p.world.add(product)
    job = r.p.world.action(PublishKind.SEND, product)
    assert r.p.world.stores.jobs.get(job).state is JobState.RUNNING
    r.rest()
    assert (r.p.world.stores.jobs.get(job).state, r.p.world.stores.jobs.get(job).failed) == (JobState.DONE, 0)


def test_what_amazon_tells_of_a_publishing_brings_the_question_forward(r: Region) -> None:
    """After two hours it would be asked every half hour."""
    r.bridge()
    r.decides_after(3 * 3600 + 60)
    keys = r.send(r.p.add_product(*SIX))
    r.p.run(3 * 3600 + 55)
    assert {r.p.world.row(key).status for key in keys} == {Status.PENDING}
    asked = r.calls()["getListingsItem"]
    r.p.run(30)
    assert {r.p.world.row(key).status for key in keys} == {Status.ACTIVE}
    assert r.calls()["getListingsItem"] - asked <= 3 * (len(SIX) + 1)
    r.rest()
    one_family(r, keys)
