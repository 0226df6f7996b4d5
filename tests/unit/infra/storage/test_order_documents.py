"""Whatever an order holds comes back from its document exactly: amounts to the last zero, ids and instants as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from listbridge.domain.ids import OrderKey, VariantKey
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    Address,
    Buyer,
    Cancellation,
    CreateAttempt,
    ImportState,
    Match,
    MatchedBy,
    Order,
    Payment,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
    ShopOrderRef,
    Tax,
    Telling,
    Told,
)
from listbridge.domain.problem import Problem
from listbridge.infra.storage.documents import Json

TEXT = st.text(max_size=6)
AMOUNT = st.decimals(-(10**9), 10**9, allow_nan=False, places=None) | st.decimals(-(10**6), 10**6, places=2)
MONEY = st.builds(Money, AMOUNT, st.sampled_from(["EUR", "JPY", "KWD"]))
AT = st.datetimes(timezones=st.just(UTC))
PROBLEM = st.builds(Problem, TEXT, st.dictionaries(TEXT, TEXT, max_size=2), TEXT)
TAXES = st.lists(st.builds(Tax, TEXT, MONEY, st.none() | AMOUNT, st.booleans()), max_size=2).map(tuple)
VARIANT = st.builds(VariantKey, TEXT, TEXT, TEXT)
LINE = st.builds(
    RemoteLine,
    TEXT,
    TEXT,
    TEXT,
    st.integers(0, 999),
    MONEY,
    TAXES,
    TEXT,
    st.none() | TEXT,
    st.dictionaries(TEXT, TEXT, max_size=2),
    st.sampled_from(Shipment),
)
FACTS = st.builds(
    RemoteOrder,
    TEXT,
    TEXT,
    AT,
    AT,
    st.lists(LINE, max_size=3).map(tuple),
    st.builds(ShippingCharge, TEXT, TEXT, MONEY, TAXES),
    MONEY,
    MONEY,
    st.sampled_from(Payment),
    st.sampled_from(Cancellation),
    st.sampled_from(Shipment),
    st.booleans(),
    st.booleans(),
)
TOLD = st.builds(
    Told,
    st.sampled_from(Telling),
    AT,
    st.dictionaries(TEXT, st.integers(0, 99), max_size=2),
    TEXT,
    TEXT,
    st.none() | TEXT,
    st.none() | PROBLEM,
)
ORDER = st.builds(
    Order,
    key=st.builds(OrderKey, TEXT, TEXT),
    shop=TEXT,
    facts=FACTS,
    first_seen_at=AT,
    moved_in=st.booleans(),
    state=st.sampled_from(ImportState),
    reason=st.none() | PROBLEM,
    matches=st.dictionaries(TEXT, st.builds(Match, VARIANT, st.sampled_from(MatchedBy)), max_size=2),
    reserved=st.frozensets(st.tuples(TEXT, VARIANT), max_size=3),
    listings_told=st.booleans(),
    exported_by=TEXT,
    handled_outside_by=TEXT,
    attempt=st.none() | st.builds(CreateAttempt, TEXT, AT, AT, st.integers(0, 9)),
    shop_order=st.none() | st.builds(ShopOrderRef, TEXT, TEXT, st.booleans()),
    confirmed_at=st.none() | AT,
    absorbed_from=st.none() | st.integers(0, 2**53),
    told=st.dictionaries(TEXT, TOLD, max_size=2),
    notices=st.lists(PROBLEM, max_size=2).map(tuple),
    tries=st.integers(0, 99),
    due_at=st.none() | AT,
    unsettled=st.booleans(),
    completed_at=st.none() | AT,
    buyer_erased_at=st.none() | AT,
)
ADDRESS = st.builds(Address, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple), TEXT, TEXT, TEXT, TEXT, TEXT)
BUYER = st.builds(Buyer, TEXT, TEXT, TEXT, TEXT, st.none() | ADDRESS, st.none() | ADDRESS)

_ORDER: Json[Order] = Json(Order, apart={"rev"})
_BUYER: Json[Buyer] = Json(Buyer)


def amounts(value: Any) -> list[str]:
    """Every decimal of an order as it is written, for 1.0 equals 1.00 and is not the same."""
    facts: RemoteOrder = value.facts
    taxes = [tax for part in (*facts.lines, facts.shipping) for tax in part.taxes]
    money = [facts.total, facts.adjustment, facts.shipping.amount, *(line.amount for line in facts.lines)]
    money += [tax.amount for tax in taxes]
    return [str(one.amount) for one in money] + [str(tax.rate) for tax in taxes]


@settings(max_examples=150, deadline=None)
@given(ORDER)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    back = _ORDER.read(_ORDER.write(order))
    assert back == order
    assert amounts(back) == amounts(order)
    assert back.facts.placed_at.utcoffset() == order.facts.placed_at.utcoffset()


@settings(max_examples=50, deadline=None)
@given(BUYER)
def test_a_buyer_comes_back_as_he_was(buyer: Buyer) -> None:
    assert _BUYER.read(_BUYER.write(buyer)) == buyer


def test_an_amount_is_written_as_text_and_never_as_a_number() -> None:
    tax = Tax("VAT", Money(Decimal("0.10"), "EUR"), Decimal("0.190"))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    nothing = Money(Decimal("0.00"), "EUR")
    facts = RemoteOrder("o1", "S", at, at, (), ShippingCharge("p", "P", nothing, (tax,)), nothing, nothing)  # type: ignore[arg-type]
    written = _ORDER.write(Order(OrderKey("a", "o1"), "s", facts, at))  # type: ignore[arg-type]
    assert '"amount":{"amount":"0.10","currency":"EUR"},"rate":"0.190"' in written
