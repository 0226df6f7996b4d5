"""Rows for the contract suite."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import Observation, Variant, VariantFacts, Visibility
from listbridge.domain.ids import (
    AccountId,
    JobId,
    LineId,
    ListingKey,
    LocationId,
    OrderKey,
    ParcelId,
    ProductId,
    RemoteId,
    RemoteOrderId,
    SalesListId,
    ShopId,
    ShopOrderId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import (
    BOTH,
    Attempt,
    Cause,
    Component,
    Computed,
    LedgerField,
    Listing,
    Status,
    TraceLine,
    UnseenSale,
    Values,
)
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    Address,
    Buyer,
    Cancellation,
    CreateAttempt,
    Deed,
    ImportState,
    Match,
    MatchedBy,
    Order,
    Payment,
    Refund,
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
from tests.fakes.clock import START


def variant_key(name: str, variant: str = "1", product: str = "gid://shop/Product/7") -> VariantKey:
    return VariantKey(ShopId(f"shp_{name}"), ProductId(product), VariantId(variant))


def variant(key: VariantKey, stock: int, start: int, end: int, **changes: Any) -> Variant:
    facts = VariantFacts(
        variant=key.variant,
        sku=Sku("CUP/ø#1"),
        title="Cup",
        price=Money(Decimal("12.50"), "EUR"),
        stock={LocationId("l1"): stock, LocationId("l2"): -1},
        options={"Colour": "blue"},
    )
    return replace(Variant(key, facts, Visibility.VISIBLE, Observation(start, end), "h1"), **changes)


def listing_key(name: str, sku: str = "CUP/ø#1", site: str = "SITE_A") -> ListingKey:
    return ListingKey(AccountId(f"acc_{name}"), Site(site), Sku(sku))


def listing(key: ListingKey, **changes: Any) -> Listing:
    plain = Listing(
        key, VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")), SalesListId(f"lst_{key.account}")
    )
    return replace(plain, **changes)


def due(key: ListingKey, band: Band, since_s: float, not_before_s: float | None = None) -> Listing:
    """A due row: seconds are after the test clock's start."""
    postponed = None if not_before_s is None else START + timedelta(seconds=not_before_s)
    return listing(
        key, due_band=band, due_since=START + timedelta(seconds=since_s), not_before=postponed, status=Status.ACTIVE
    )


def rich_listing(key: ListingKey) -> Listing:
    """A row with something in every field."""
    at = datetime.fromisoformat("2026-11-01T12:00:00.123456+00:00")
    money = Money(Decimal("0.10"), "EUR")
    values = Values(3, money, at)
    return Listing(
        key=key,
        variant=VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")),
        sales_list=SalesListId("lst_1"),
        title="Täßchen “blue”",
        components=(Component(VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1"))),),
        status=Status.ACTIVE,
        group=RemoteId("g"),
        offer=RemoteId("o"),
        remote=RemoteId("r"),
        computed=Computed(
            quantity=0,
            price=money,
            quantity_problem=Problem("stock_unknown", {"where": "l1"}, "check"),
            price_problem=Problem("price_missing"),
            quantity_trace=(TraceLine("cap", "3", "3"), TraceLine("reserved", "1", "2")),
            price_trace=(TraceLine("ratio", "1.1", "0.10"),),
            basis={"variant:v1": 12, "profile:p": 3},
            facts="3|0.10",
            cause=Cause.ORDER,
            at=at,
        ),
        sent=values,
        accepted=Values(price=money),
        seen=values,
        on_sale=4,
        unseen_sale=UnseenSale(1, at, 3),
        sold=("R-1",),
        attempt=Attempt("att_1", frozenset({LedgerField.QUANTITY}), values, Values(4), at),
        settle_at=at,
        taken=values,
        overtaken=Attempt("att_0", BOTH, values, Values(2), at, 4, "feed:1", at, 6),
        auto=frozenset({LedgerField.PRICE}),
        demanded=BOTH,
        job=JobId("job_1"),
        hold=Problem("guard", {"limit": "share"}, "approve_changes"),
        attempts=3,
        not_before=at,
        due_band=Band.ZERO,
        due_since=at,
        content_hash="abc",
        fulfilled_by_marketplace=True,
        guard_passed=True,
        fence=1_795_000_000_123,
    )


def order_key(name: str, remote: str = "12-34567-89012") -> OrderKey:
    return OrderKey(AccountId(f"acc_{name}"), RemoteOrderId(remote))


def order(key: OrderKey, **changes: Any) -> Order:
    """An order of the shop `shp_{account}` that was just seen, placed at the test clock's start."""
    money = Money(Decimal("10.00"), "EUR")
    nothing = Money(Decimal("0.00"), "EUR")
    facts = RemoteOrder(
        id=key.remote,
        site=Site("SITE_A"),
        placed_at=START,
        changed_at=START,
        lines=(RemoteLine(LineId("l1"), Sku("S1"), "Cup", 1, money),),
        shipping=ShippingCharge("post", "Post", nothing),
        total=money,
        adjustment=nothing,
    )
    plain = Order(key=key, shop=ShopId(f"shp_{key.account}"), facts=facts, first_seen_at=START)
    return replace(plain, **changes)


def placed(key: OrderKey, after_s: float, **changes: Any) -> Order:
    """An order placed so many seconds after the test clock's start."""
    plain = order(key, **changes)
    return replace(plain, facts=replace(plain.facts, placed_at=START + timedelta(seconds=after_s)))


def rich_order(key: OrderKey) -> Order:
    """A row with something in every field."""
    at = datetime.fromisoformat("2026-11-01T12:00:00.123456+00:00")
    tax = Tax("VAT 19 %", Money(Decimal("1.90"), "EUR"), Decimal("0.190"), remitted=True)
    cents = Money(Decimal("0.10"), "EUR")
    home = VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v#1"))
    line = RemoteLine(
        id=LineId("l#1"),
        sku=Sku("CUP/ø#1"),
        title="Täßchen “blue”",
        quantity=3,
        amount=Money(Decimal("29.970"), "EUR"),
        taxes=(tax,),
        site=Site("SITE_B"),
        listing=RemoteId("1100"),
        options={"Colour": "blue"},
        shipped=Shipment.PARTLY,
    )
    facts = RemoteOrder(
        id=key.remote,
        site=Site("SITE_A"),
        placed_at=at,
        changed_at=at,
        lines=(line,),
        shipping=ShippingCharge("post", "Post", cents, (tax,)),
        total=Money(Decimal("30.06"), "EUR"),
        adjustment=Money(Decimal("-0.01"), "EUR"),
        payment=Payment.PARTLY_REFUNDED,
        cancellation=Cancellation.REQUESTED,
        shipment=Shipment.PARTLY,
        tax_included=False,
        fulfilled_by_marketplace=True,
        refunds=(Refund("r/1", cents, line.id, at), Refund("r/2", cents)),
    )
    reason = Problem("products_missing", {"sku": "CUP/ø#1"}, "link_product")
    return Order(
        key=key,
        shop=ShopId("shp_1"),
        facts=facts,
        first_seen_at=at,
        moved_in=True,
        state=ImportState.CREATING,
        reason=reason,
        matches={line.id: Match(home, MatchedBy.PERSON)},
        reserved=frozenset({(line.id, home)}),
        listings_told=True,
        exported_by="anna",
        handled_outside_by="bert",
        attempt=CreateAttempt("att_1", at, at),
        shop_order=ShopOrderRef(ShopOrderId("gid://shop/Order/1"), "#1001", ours=False),
        confirmed_at=at,
        absorbed_from=17,
        told={
            ParcelId("f1"): Told(Telling.REFUSED, at, {line.id: 2}, "JJD0001", "DHL", RemoteId("s1"), reason, number=1),
            ParcelId("refund:7"): Told(
                Telling.TOLD, at, None, kind=Deed.REFUND, number=2, amount=Money(Decimal("0.10"), "EUR")
            ),
        },
        left_out=frozenset({line.id}),
        refunds_noted=frozenset({"r/1"}),
        notices=(reason, Problem("needs_decision")),
        tries=4,
        due_at=at,
        unsettled=False,
        completed_at=at,
        buyer_erased_at=at,
    )


def buyer(name: str = "Jörg Müller") -> Buyer:
    address = Address(name, "Müller & Söhne", ("Hauptstr. 1", "c/o “Hof”"), "Köln", "NW", "50667", "DE", "+49 1")
    return Buyer(name, "j@example.com", "+49 2", "DE123", address, Address(name="Office", country="AT"))
