"""A buyer closes their account at the marketplace: what we keep of them goes at once, and nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import AccountId, OrderKey, RemoteOrderId
from listbridge.domain.orders.orders import Buyer, fingerprint
from listbridge.domain.work import MarketplaceNotice
from listbridge.services.inbox.heed_notice import heed_notice
from listbridge.services.orders.erase_buyers import erase_buyers
from listbridge.services.timers.reconcile import resend_unsent
from simulators.ebay.notices import DELETION
from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.unit.functions.installation import Installation
from tests.unit.functions.noticed import Noticed, notice
from tests.unit.functions.order_desk import OrderDesk

ADA = {"username": "Ada_1999"}


class Forgetting:
    """A seller to whom ada and bob have each bought, and eBay, which tells us who has gone."""

    def __init__(self, desk: OrderDesk) -> None:
        self.desk, self.its = desk, desk.its
        self.of_ada, self.of_bob = desk.buy(buyer=ADA), desk.buy(buyer={"username": "bob"})
        desk.look(60)
        self.noticed = Noticed(desk.seller)
        self.noticed.subscribe()

    def key(self, order: str) -> OrderKey:
        return OrderKey(AccountId(self.desk.account), RemoteOrderId(order))

    def buyer(self, order: str) -> Buyer | None:
        return self.its.stores.orders.buyers([self.key(order)]).get(self.key(order))

    def log(self, order: str) -> list[str]:
        return [entry["event"] for entry in self.desk.order(order)["log"]]

    def hear(self) -> list[int]:
        """eBay delivers, and the lanes work; the answers to it."""
        answers = self.noticed.told()
        self.its.run()
        return answers


@pytest.fixture
def told() -> Forgetting:
    return Forgetting(OrderDesk(Installation()))


def test_whose_account_is_closed_is_erased_at_once_and_the_others_are_kept(told: Forgetting) -> None:
    assert told.buyer(told.of_ada) is not None
    told.its.ebay.deeds.close_account("Ada_1999")
    assert told.hear() == [204]
    assert told.buyer(told.of_ada) is None
    order = told.desk.order(told.of_ada)
    assert (order["buyer"], order["erased_at"] is not None) == (None, True)
    assert told.log(told.of_ada).count("buyer_forgotten") == 1
    assert told.buyer(told.of_bob) is not None
    assert told.desk.order(told.of_bob)["erased_at"] is None


@pytest.mark.parametrize(
    ("username", "user_id"), [("ada_1999", "U7"), ("", "Ada_1999"), ("somebody", "ada_1999"), (" Ada_1999 ", "U7")]
)
def test_an_order_may_tell_the_name_or_the_id_and_a_notice_tells_both(
    told: Forgetting, username: str, user_id: str
) -> None:
    told.its.ebay.deeds.close_account(username, user_id=user_id)
    assert told.hear() == [204]
    assert (told.buyer(told.of_ada), told.buyer(told.of_bob) is not None) == (None, True)


def test_strangers_who_close_their_accounts_change_nothing(told: Forgetting) -> None:
    before = {order: told.buyer(order) for order in (told.of_ada, told.of_bob)}
    for name in ("ada", "ada_19999", "Ada-1999", "b"):
        told.its.ebay.deeds.close_account(name)
    assert told.hear() == [204] * 4
    assert {order: told.buyer(order) for order in before} == before


def test_all_orders_of_a_buyer_are_erased_whatever_they_wait_for(told: Forgetting) -> None:
    more = [told.desk.buy(buyer=ADA) for _ in range(2)]
    told.desk.switch(create_orders=False)
    waiting = told.desk.buy(buyer=ADA)
    told.desk.look(60)
    told.its.ebay.deeds.close_account("Ada_1999")
    assert set(told.hear()) == {204}
    assert [told.buyer(order) for order in (told.of_ada, *more, waiting)] == [None] * 4


def test_a_later_read_of_the_order_does_not_bring_them_back(told: Forgetting) -> None:
    told.its.ebay.deeds.close_account("Ada_1999")
    told.hear()
    told.its.ebay.deeds.cancel_order(told.of_ada)  # eBay goes on telling who bought
    told.desk.look(120)
    assert told.buyer(told.of_ada) is None


def test_an_order_from_before_that_is_read_only_afterwards_keeps_nobody(told: Forgetting) -> None:
    late, stranger = told.desk.buy(buyer=ADA), told.desk.buy(buyer={"username": "carl"})
    told.its.stores.clock.advance(5)
    told.its.ebay.deeds.close_account("Ada_1999")
    assert set(told.hear()) == {204}
    told.desk.look(120)
    assert told.desk.order(late)["erased_at"] is not None
    assert (told.buyer(late), told.buyer(stranger) is not None) == (None, True)
    assert told.log(late).count("buyer_forgotten") == 1


def test_an_order_that_the_index_did_not_show_yet_is_found_by_a_second_look(
    told: Forgetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.its.ebay.deeds.close_account("Ada_1999")
    orders = told.its.stores.orders
    shown, blind = orders.of_user, 2  # the notice names a name and an id

    def lags(user: str) -> list[OrderKey]:
        nonlocal blind
        blind -= 1
        return shown(user) if blind < 0 else []

    monkeypatch.setattr(orders, "of_user", lags)
    assert told.hear() == [204]
    assert (blind, told.buyer(told.of_ada)) == (-2, None)
    assert told.noticed.queued() == []


def test_the_name_at_the_marketplace_is_kept_nowhere(told: Forgetting) -> None:
    told.its.ebay.deeds.close_account("Ada_1999", user_id="U7")
    told.noticed.told()
    buyer = told.buyer(told.of_ada)
    assert buyer is not None
    assert buyer.user == fingerprint("ebay", "ADA_1999")
    kept = (
        f"{told.its.stores.inbox.rows}{[one.model_dump_json() for one in told.noticed.queued()]}{vars(told.its.stores)}"
    )
    assert "ada_1999" not in kept.casefold()


def test_nothing_is_erased_for_a_notice_that_ebay_has_not_signed(told: Forgetting) -> None:
    body = notice(username="Ada_1999")
    forger = type(told.noticed.ebay.keys)(told.its.ebay.world.random)
    forger.rotate()
    genuine = told.noticed.ebay.keys
    other = notice("ITEM_AVAILABILITY", username="Ada_1999")
    for header, sent, answer in (
        ("", body, 412),
        (forger.header(body), body, 412),
        (forger.header(body, named=genuine.current), body, 412),
        (genuine.header(notice(username="stranger")), body, 412),
        (genuine.header(other), other, 204),  # genuine, and of another topic
        (genuine.header(other), body, 412),
    ):
        assert told.noticed.post(told.noticed.address, {"X-EBAY-SIGNATURE": header}, sent) == answer
    told.its.run()
    assert told.buyer(told.of_ada) is not None


def test_a_notice_that_comes_again_erases_nothing_that_came_after_it(told: Forgetting) -> None:
    told.its.ebay.deeds.close_account("Ada_1999")
    assert told.hear() == [204]
    told.its.stores.clock.advance(40 * 86_400)
    namesake = told.desk.buy(buyer=ADA)
    told.desk.look(60)
    assert told.buyer(namesake) is not None
    assert told.noticed.ebay.queue.again(DELETION) == 1  # the very same bytes, with their signature
    assert set(told.hear()) == {204}
    assert told.buyer(namesake) is not None
    assert told.log(told.of_ada).count("buyer_forgotten") == 1


def test_notices_twice_and_in_any_order_erase_the_same(told: Forgetting) -> None:
    for name in ("Ada_1999", "stranger", "bob"):
        told.its.ebay.deeds.close_account(name)
    queue = told.noticed.ebay.queue
    queue.duplicate()
    queue.reorder()
    assert told.hear() == [204] * 6
    assert (told.buyer(told.of_ada), told.buyer(told.of_bob)) == (None, None)
    assert [told.log(order).count("buyer_forgotten") for order in (told.of_ada, told.of_bob)] == [1, 1]


def test_an_erasure_cut_at_any_write_is_finished_when_its_message_comes_back(told: Forgetting) -> None:
    more = told.desk.buy(buyer=ADA)
    told.desk.look(60)
    told.hear()
    told.its.ebay.deeds.close_account("Ada_1999")
    told.noticed.told()
    (message,) = told.noticed.queued()
    stores, deaths = told.its.stores, 0
    for nth in range(1, 20):
        cut = stores.cut.hook = CutAt(nth)
        try:
            heed_notice(told.its.deps, message)
        except WorkerDied:
            deaths += 1
        else:
            break
        finally:
            stores.cut.hook = no_cut
        for order in (told.of_ada, more):
            erased = told.its.stores.orders.find(told.key(order))
            assert erased is not None
            assert told.buyer(order) is not None or erased.buyer_erased_at is not None, cut.seen
    assert deaths >= 3
    assert [told.buyer(order) for order in (told.of_ada, more)] == [None, None]
    assert {row.state for row in stores.inbox.rows if row.of_marketplace} == {"taken"}


def test_what_was_kept_again_after_the_erasure_goes_with_the_days_timer(told: Forgetting) -> None:
    buyer = told.buyer(told.of_ada)
    assert buyer is not None
    told.its.ebay.deeds.close_account("Ada_1999")
    told.hear()
    told.its.stores.orders.put_buyer(told.key(told.of_ada), buyer)  # by a worker that had read them before
    assert erase_buyers(told.its.deps) == 1
    assert told.buyer(told.of_ada) is None


def test_a_notice_that_was_stored_and_never_queued_is_sent_by_the_minutes_timer(
    told: Forgetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.its.ebay.deeds.close_account("Ada_1999")

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError

    told.noticed.post(told.noticed.address, *_signed(told, notice("ITEM_AVAILABILITY")))  # the key is known
    with monkeypatch.context() as cut:
        cut.setattr(told.its.stores.queues, "send", dies)
        assert told.noticed.told() == [502]
    told.its.stores.clock.advance(61)
    assert resend_unsent(told.its.deps) == 1
    told.its.run()
    assert told.buyer(told.of_ada) is None


def test_buyers_of_an_account_that_is_no_longer_connected_are_erased_too(told: Forgetting) -> None:
    stores = told.its.stores
    told.noticed.post(told.noticed.address, *_signed(told, notice("ITEM_AVAILABILITY")))  # the key is known
    stores.configuration.delete(stores.configuration.get(Account, told.desk.account))
    told.its.ebay.deeds.close_account("Ada_1999")
    assert told.hear() == [204]
    assert told.buyer(told.of_ada) is None


# ---- hints ----


@pytest.mark.parametrize("is_told", [True, False])
def test_an_order_that_is_told_is_there_before_the_next_poll_would_find_it(told: Forgetting, is_told: bool) -> None:
    told.desk.look(1)
    sold = told.desk.buy(buyer={"username": "carl"})
    if not is_told:
        assert told.noticed.ebay.queue.drop() == 1
    assert told.noticed.told() == [204] * is_told
    told.desk.wait(5)
    assert bool(told.desk.orders(search=sold)) is is_told


def test_an_order_that_is_told_is_not_believed(told: Forgetting) -> None:
    before = told.desk.orders()
    body = notice("ORDER_CONFIRMATION", sellerId="anna", orderId="99-99999-99999")
    assert told.noticed.post(told.noticed.address, *_signed(told, body)) == 204
    told.its.run()
    assert told.desk.orders() == before


def test_a_seller_who_took_their_consent_back_is_noticed_and_others_are_left_alone(told: Forgetting) -> None:
    other = told.its.ebay.deeds.add_seller("carla", marketplaces=["EBAY_DE"])
    credentials = {**told.its.ebay_credentials(), "refresh_token": other["refreshToken"]}
    carla = told.its.connect_account(told.desk.shop, name="carla", credentials=credentials)
    told.its.run()
    told.its.ebay.deeds.withdraw_consent("anna")
    assert told.hear() == [204]
    states = {id: told.its.stores.configuration.get(Account, id).state for id in (told.desk.account, carla)}
    assert states == {told.desk.account: ConnectionState.EXPIRED, carla: ConnectionState.ACTIVE}


def test_a_revocation_that_is_not_true_ends_no_connection(told: Forgetting) -> None:
    body = notice("AUTHORIZATION_REVOCATION", username="anna")
    assert told.noticed.post(told.noticed.address, *_signed(told, body)) == 204
    told.its.run()
    assert told.its.stores.configuration.get(Account, told.desk.account).state is ConnectionState.ACTIVE


def test_a_notice_whose_date_cannot_be_read_counts_from_when_it_came(told: Forgetting) -> None:
    now = told.its.stores.clock.now()
    for date, erased in ((now - timedelta(days=30), False), (now, True)):
        hint = {"kind": "user", "id": fingerprint("ebay", "ada_1999")}
        message = {"marketplace": "ebay", "delivery": f"n{date}", "hints": [hint], "received_at": date}
        heed_notice(told.its.deps, MarketplaceNotice.model_validate(message))
        assert (told.buyer(told.of_ada) is None) is erased


def _signed(told: Forgetting, body: bytes) -> tuple[dict[str, str], bytes]:
    return {"X-EBAY-SIGNATURE": told.noticed.ebay.keys.header(body)}, body
