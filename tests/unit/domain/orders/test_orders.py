"""An order's own words: who is bound by it, what it is named by, and that its buyer stays out of every text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import AccountId, OrderKey, RemoteOrderId
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.orders import Address, Buyer, Cancellation, ImportState, OrderRead, Payment, Shipment
from listbridge.domain.orders.shop_orders import OrderMark, ShopOrderDraft
from tests.fakes.order_drafts import draft
from tests.fakes.remote_orders import order_row, remote_order

ADDRESS = Address("Ada Lovelace", "Engines", ("1 Way",), "Leeds", "York", "LS1", "GB", "+44 1")
ADA = Buyer("Ada Lovelace", "ada@example.com", "+44 1", "GB123", ADDRESS, ADDRESS)
PERSONAL = ("Ada", "Lovelace", "Engines", "1 Way", "Leeds", "York", "LS1", "+44", "example.com", "GB123")


@pytest.mark.parametrize(
    ("payment", "bound"),
    [
        (Payment.PENDING, True),
        (Payment.PAID, True),
        (Payment.PARTLY_REFUNDED, True),
        (Payment.FAILED, False),
        (Payment.REFUNDED, False),
    ],
)
def test_an_order_binds_while_money_is_given_or_promised(payment: Payment, bound: bool) -> None:
    assert remote_order(payment=payment).committed is bound
    assert remote_order(payment=payment, cancellation=Cancellation.REQUESTED).committed is bound
    assert not remote_order(payment=payment, cancellation=Cancellation.CANCELLED).committed


@pytest.mark.parametrize("state", list(ImportState))
def test_only_an_order_that_is_in_the_shop_is_compared_with_it(state: ImportState) -> None:
    assert order_row(state=state).relayed is (state is ImportState.CREATED)


def test_no_text_of_an_order_holds_a_word_of_its_buyer() -> None:
    shop_draft: ShopOrderDraft = draft(buyer=ADA, mark=OrderMark("scripted", RemoteOrderId("12-1")))
    for one in (ADA, ADDRESS, OrderRead(remote_order(), ADA), shop_draft, [ADA], {"buyer": ADA}):
        for text in (repr(one), str(one), f"{one}", f"{one!r:.500}"):
            assert [word for word in PERSONAL if word in text] == []


def test_an_orders_row_has_no_place_for_a_buyer() -> None:
    names = {name for name in order_row().__slots__ if "buyer" in name or "address" in name}
    assert names == {"buyer_erased_at"}


@given(st.text(st.characters(exclude_characters="#"), min_size=1), st.text(min_size=1))
def test_an_order_key_is_read_back_as_it_was_written(account: str, remote: str) -> None:
    key = OrderKey(AccountId(account), RemoteOrderId(remote))
    assert OrderKey.parse(str(key)) == key


def test_two_reads_that_say_the_same_are_the_same() -> None:
    assert remote_order() == remote_order()
    assert remote_order() != replace(remote_order(), shipment=Shipment.PARTLY)


# ---- money ----


@given(st.decimals(-(10**12), 10**12, places=6), st.sampled_from(["EUR", "JPY", "KWD", "ISK", "XXX"]))
def test_rounding_moves_an_amount_by_half_a_step_at_most_and_only_once(amount: Decimal, code: str) -> None:
    rounded = Money(amount, code).rounded()
    step = smallest_unit(code)
    assert abs(rounded.amount - amount) <= step / 2
    assert rounded.amount % step == 0
    assert rounded.rounded() == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("0.5", "JPY", "1"),
        ("1.4999", "JPY", "1"),
        ("0.0005", "KWD", "0.001"),
        ("10", "USD", "10.00"),
    ],
)
def test_halves_are_rounded_away_from_nothing(amount: str, currency: str, rounded: str) -> None:
    assert str(Money(Decimal(amount), currency).rounded()) == f"{rounded} {currency}"


def test_the_same_number_in_two_currencies_is_not_the_same_money() -> None:
    assert Money(Decimal("1"), "EUR") != Money(Decimal("1"), "USD")
    assert Money(Decimal("1.00"), "EUR") == Money(Decimal("1"), "EUR")
