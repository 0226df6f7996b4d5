"""The marketplace hears about each parcel once: look, note, tell, note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import LineId, ParcelId, RemoteId
from listbridge.domain.orders.orders import Telling, Told
from listbridge.domain.orders.shop_orders import Parcel, Tracking
from listbridge.domain.ports import RemoteShipment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RetryLater, Unauthorized
from listbridge.domain.work import Lane, RelayOrder
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, sold

MUG, CUP = LineId("line-MUG"), LineId("line-CUP")
F1 = ParcelId("f1")


@pytest.fixture
def world() -> OrderWorld:
    """An order for three mugs and a cup that is in the shop, and nothing queued."""
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    world.in_shop(sold("MUG", 3, "30.00"), sold("CUP"))
    for lane in Lane:
        world.queued(lane)
    return world


def send(world: OrderWorld, tracking: str = "T1", *, id: str = "f1", **units: int) -> Parcel:
    return world.send(tracking, id=id, **units)


def told(world: OrderWorld) -> list[tuple[str, dict[LineId, int]]]:
    return [(parcel.tracking, dict(parcel.lines)) for _, parcel in world.market.book.told]


def shown(world: OrderWorld, tracking: str, **units: int) -> None:
    """Somebody told the marketplace of a parcel by hand."""
    lines = {LineId(f"line-{sku}"): count for sku, count in units.items()}
    world.placed().parcels.append((world.now, RemoteShipment(RemoteId("hand"), lines, tracking)))


def relays(world: OrderWorld) -> list[float]:
    return [wait for message, wait in world.queued(Lane.FULFILLMENTS) if isinstance(message, RelayOrder)]


def test_a_parcel_is_told_with_its_number_its_carrier_and_its_units(world: OrderWorld) -> None:
    parcel = send(world, "T 1", MUG=2, CUP=1)
    order = world.do_relay()
    assert world.market.book.told == [(1, parcel)]
    assert order.told == {
        F1: Told(
            state=Telling.TOLD,
            at=world.now,
            lines={MUG: 2, CUP: 1},
            tracking="T 1",
            carrier="DHL",
            shipment=RemoteId("S-1"),
            number=1,
        )
    }
    assert world.events()[-1] == "parcel_told"


def test_it_is_noted_that_telling_was_begun_before_it_is_told(world: OrderWorld) -> None:
    send(world, MUG=2)
    rows = []
    world.there.meanwhile("ship", lambda: rows.append(world.row()))
    world.do_relay()
    assert rows[0].told[F1].state is Telling.BEGUN


def test_asked_again_nothing_is_told_twice_and_the_marketplace_is_not_asked(world: OrderWorld) -> None:
    send(world, MUG=2)
    for _ in range(3):
        world.do_relay()
    assert told(world) == [("T1", {MUG: 2})]
    assert world.there.count("shipments") == 1


def test_each_of_several_parcels_is_told_once(world: OrderWorld) -> None:
    send(world, "T1", id="f1", MUG=1)
    send(world, "T2", id="f2", MUG=2)
    world.do_relay()
    send(world, "T3", id="f3", CUP=1)
    world.do_relay()
    assert told(world) == [("T1", {MUG: 1}), ("T2", {MUG: 2}), ("T3", {CUP: 1})]


def test_two_parcels_without_a_number_and_with_the_same_units_are_two(world: OrderWorld) -> None:
    send(world, "", id="f1", MUG=1)
    send(world, "", id="f2", MUG=1)
    world.do_relay()
    assert told(world) == [("", {MUG: 1}), ("", {MUG: 1})]


def test_a_parcel_that_the_seller_told_of_himself_is_not_told_again(world: OrderWorld) -> None:
    shown(world, "T1", MUG=2)
    send(world, "T 1", MUG=2)
    order = world.do_relay()
    assert told(world) == []
    assert (order.told[F1].state, order.told[F1].shipment) == (Telling.TOLD, RemoteId("hand"))


def test_of_a_parcel_whose_units_are_told_in_part_only_the_rest_is_told(world: OrderWorld) -> None:
    shown(world, "X", MUG=2)
    send(world, "T1", MUG=3)
    world.do_relay()
    assert told(world) == [("T1", {MUG: 1})]


def test_a_parcel_whose_units_were_all_told_in_another_is_not_told(world: OrderWorld) -> None:
    shown(world, "X", MUG=3)
    send(world, "T1", MUG=3)
    order = world.do_relay()
    assert told(world) == []
    assert (order.told[F1].state, order.told[F1].lines, order.told[F1].shipment) == (Telling.REFUSED, {}, None)
    assert order.notices == (Problem("tracking_untold", {"tracking": "T1"}, "add_tracking_there"),)


# ---- nobody knows ----


def test_a_lost_answer_is_looked_for_and_found(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.there.lose("ship", OutcomeUnknown(Problem("no_answer")))
    order = world.do_relay()
    assert order.told[F1].state is Telling.BEGUN
    assert relays(world) == [20.0]
    order = world.do_relay()
    assert (order.told[F1].state, order.told[F1].shipment) == (Telling.TOLD, RemoteId("S-1"))
    assert told(world) == [("T1", {MUG: 2})]


def test_a_lost_call_is_made_again_only_when_a_look_would_certainly_show_it(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.there.refuse("ship", OutcomeUnknown(Problem("no_answer")))
    world.do_relay()
    relays(world)
    world.later(seconds=27.9)  # a request of 8 seconds and 20 until it shows
    world.do_relay()
    assert world.there.count("ship") == 1
    assert relays(world) == [1.0]
    world.later(seconds=0.1)
    world.do_relay()
    assert told(world) == [("T1", {MUG: 2})]


def test_an_unknown_telling_keeps_the_order_open(world: OrderWorld) -> None:
    world.send("T1", MUG=3, CUP=1)
    world.there.refuse("ship", OutcomeUnknown(Problem("no_answer")))
    assert world.do_relay().completed_at is None


# ---- it is refused, or put off ----


def test_a_parcel_that_is_refused_is_said_and_not_told_again(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.there.refuse("ship", Rejected(Problem("carrier_unknown", fix="choose_carrier")))
    order = world.do_relay()
    assert (order.told[F1].state, order.told[F1].problem) == (
        Telling.REFUSED,
        Problem("carrier_unknown", fix="choose_carrier"),
    )
    assert order.notices == (
        Problem("parcel_refused", {"tracking": "T1", "reason": "carrier_unknown"}, "choose_carrier"),
    )
    assert world.events()[-1] == "parcel_refused"
    world.do_relay()
    assert world.there.count("ship") == 1


def test_a_refused_parcel_does_not_keep_the_others_back(world: OrderWorld) -> None:
    send(world, "T1", id="f1", MUG=2)
    send(world, "T2", id="f2", CUP=1)
    world.there.refuse("ship", Rejected(Problem("carrier_unknown")))
    world.do_relay()
    assert told(world) == [("T2", {CUP: 1})]


def test_a_call_that_was_certainly_not_applied_is_forgotten_and_made_again(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.there.refuse("ship", RetryLater(Problem("no_answer"), after_s=40))
    order = world.do_relay()
    assert dict(order.told) == {}
    assert relays(world) == [40.0]
    world.do_relay()
    assert told(world) == [("T1", {MUG: 2})]


@pytest.mark.parametrize("operation", ["shipments", "ship"])
def test_a_marketplace_that_refuses_our_credentials_expires_and_hears_of_the_parcel_later(
    world: OrderWorld, operation: str
) -> None:
    send(world, MUG=2)
    world.there.refuse(operation, Unauthorized(Problem("token_revoked")))
    world.do_relay()
    assert world.stores.configuration.get(Account, ACCOUNT).state is ConnectionState.EXPIRED
    assert told(world) == []
    world.set_account(state=ConnectionState.ACTIVE)
    world.later(seconds=28)
    world.do_relay()
    assert told(world) == [("T1", {MUG: 2})]


def test_no_telling_begins_in_the_last_seconds_of_a_lease(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.there.meanwhile("shipments", lambda: world.later(seconds=44.1))
    order = world.do_relay()
    assert (told(world), dict(order.told)) == ([], {})
    assert relays(world) == [0.0]
    world.do_relay()
    assert told(world) == [("T1", {MUG: 2})]


# ---- second thoughts ----


def test_a_parcel_taken_back_after_it_was_told_is_the_sellers_to_correct(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.do_relay()
    world.shop.book.take_back(world.shop_order.shown.id, F1)
    order = world.do_relay()
    assert order.notices == (Problem("parcel_taken_back", {"tracking": "T1"}, "correct_there"),)


def test_a_parcel_taken_back_before_it_was_told_is_nobodys_business(world: OrderWorld) -> None:
    send(world, MUG=2)
    world.shop.book.take_back(world.shop_order.shown.id, F1)
    order = world.do_relay()
    assert (order.notices, told(world)) == ((), [])


def test_a_number_changed_after_it_was_told_is_the_sellers_to_correct(world: OrderWorld) -> None:
    parcel = send(world, MUG=2)
    world.do_relay()
    world.shop.book.change_parcel(world.shop_order.shown.id, replace(parcel, tracking="T2"))
    order = world.do_relay()
    assert order.notices == (Problem("tracking_changed", {"told": "T1", "now": "T2"}, "correct_there"),)
    assert told(world) == [("T1", {MUG: 2})]


# ---- several numbers in one parcel ----


def boxed(world: OrderWorld, *numbers: str, **units: int) -> None:
    """One fulfilment of the shop's with several tracking numbers."""
    parcel = send(world, numbers[0], **units)
    further = tuple(Tracking(number, "UPS") for number in numbers[1:])
    world.shop.book.change_parcel(world.shop_order.shown.id, replace(parcel, further=further))


def test_each_number_is_told_once_with_its_carrier_and_a_record_of_its_own(world: OrderWorld) -> None:
    boxed(world, "T1", "T2", MUG=3)
    for _ in range(2):
        order = world.do_relay()
    assert told(world) == [("T1", {MUG: 2}), ("T2", {MUG: 1})]
    assert [parcel.carrier for _, parcel in world.market.book.told] == ["DHL", "UPS"]
    assert [number for number, _ in world.market.book.told] == [1, 2]
    assert {id: (one.number, one.tracking) for id, one in order.told.items()} == {"f1": (1, "T1"), "f1/2": (2, "T2")}


@pytest.mark.parametrize("nth", [1, 2])
def test_a_lost_answer_for_either_number_is_found_by_it(world: OrderWorld, nth: int) -> None:
    boxed(world, "T1", "T2", MUG=3)
    if nth == 2:
        world.there.meanwhile("ship", lambda: world.there.meanwhile("ship", lose(world)))
    else:
        world.there.meanwhile("ship", lose(world))
    assert Telling.BEGUN in {one.state for one in world.do_relay().told.values()}
    order = world.do_relay()
    assert told(world) == [("T1", {MUG: 2}), ("T2", {MUG: 1})]
    assert [(one.state, one.number) for one in order.told.values()] == [(Telling.TOLD, 1), (Telling.TOLD, 2)]
    assert order.notices == ()


def lose(world: OrderWorld) -> Callable[[], None]:
    return lambda: world.there.lose("ship", OutcomeUnknown(Problem("no_answer")))


def test_numbers_that_the_seller_added_by_hand_are_not_named(world: OrderWorld) -> None:
    shown(world, "T1", MUG=3, CUP=1)
    shown(world, "T2", CUP=1)
    boxed(world, "T1", "T2", MUG=3, CUP=1)
    order = world.do_relay()
    assert (told(world), order.notices) == ([], ())


def test_a_number_that_was_told_and_is_gone_from_the_parcel_is_the_sellers_to_correct(world: OrderWorld) -> None:
    boxed(world, "T1", "T2", MUG=3)
    world.do_relay()
    made = world.shop_order.shown
    world.shop.book.change_parcel(made.id, replace(made.parcels[0], further=()))
    order = world.do_relay()
    assert order.notices == (Problem("parcel_taken_back", {"tracking": "T2"}, "correct_there"),)


def test_a_parcel_that_was_put_off_keeps_its_place_in_the_count_of_those_after_it(world: OrderWorld) -> None:
    send(world, "T1", id="f1", MUG=1)
    world.do_relay()
    send(world, "T2", id="f2", MUG=1)
    world.there.lose("ship", OutcomeUnknown(Problem("no_answer")))
    world.do_relay()
    send(world, "T3", id="f3", MUG=1)
    world.later(seconds=30)
    order = world.do_relay()
    assert [one.number for one in order.told.values()] == [1, 2, 3]
    assert [number for number, _ in world.market.book.told] == [1, 2, 3]
