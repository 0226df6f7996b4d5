"""Parcels: Etsy is told of them, and writes to the buyer each time.

Sources: OpenAPI document (createReceiptShipment, updateShopReceipt); the refusal without a number: etsy/open-api issue 451; a carrier that
Etsy does not know marks the order as shipped and loses the number without a word: issue 135. Not verified: that an order which is
cancelled or not paid is 409, that only one of number and carrier is 400, and that marking an order as shipped writes to the buyer too.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from simulators.etsy.errors import conflict, invalid, misshapen
from simulators.etsy.orders.reads import own_receipt
from simulators.etsy.orders.shown import receipt_told
from simulators.etsy.orders.state import Mail, Receipt, Shipment
from simulators.etsy.state import Seller
from simulators.etsy.wire import BASE, SHOP, Call, Operation, flag_of
from simulators.etsy.world import World
from simulators.kit.wire import Reply

_WRITE = frozenset({"transactions_w"})
_TEXTS = ("tracking_code", "carrier_name", "note_to_buyer", "ship_date", "mail_class")
_ASKED_FOR = Decimal(10)
"""Above so many US dollars an order within the United States needs a number."""
CARRIERS = (
    "4PX Worldwide Express",
    "Australia Post",
    "Austrian Post",
    "Canada Post",
    "China EMS",
    "Chronopost",
    "Colissimo",
    "Correos",
    "Deutsche Post",
    "DHL",
    "DHL Express",
    "DHL Germany",
    "DPD",
    "Evri",
    "FedEx",
    "GLS",
    "Hermes",
    "India Post",
    "Japan Post",
    "La Poste",
    "Poste Italiane",
    "PostNL",
    "PostNord",
    "Royal Mail",
    "Swiss Post",
    "UPS",
    "USPS",
    "Other",
)
"""The carriers that this simulator knows; Etsy knows some hundreds."""
_KNOWN = frozenset(re.sub("[^a-z0-9]", "", one.lower()) for one in CARRIERS)


def create_shipment(world: World, call: Call) -> Reply:
    """A parcel, or with neither number nor carrier the mark that the order is shipped. Each success is another mail."""
    seller, receipt = own_receipt(world, call)
    body = call.document()
    for name in _TEXTS:
        if not isinstance(body.get(name, ""), str | None):
            raise misshapen((name, "type", "Expected a string."))
    if not isinstance(body.get("send_bcc", False), bool):
        raise misshapen(("send_bcc", "type", "Expected a boolean."))
    tracking, carrier = body.get("tracking_code") or "", body.get("carrier_name") or ""
    if bool(tracking) != bool(carrier):
        raise invalid("tracking_code and carrier_name are needed together.")
    if not tracking and _needs_number(seller, receipt):
        raise invalid("A tracking number is required")
    if receipt.cancelled or receipt.paid_at is None:
        raise conflict(f"The order is {receipt.status}.")
    ship(world, receipt, tracking, carrier, body.get("note_to_buyer") or "")
    return Reply(200, receipt_told(seller, receipt))


def _needs_number(seller: Seller, receipt: Receipt) -> bool:
    country = receipt.buyer.get("country_iso", "")
    domestic = seller.country == country == "US" and receipt.total > _ASKED_FOR
    return domestic or country == "IN"


def ship(world: World, receipt: Receipt, tracking: str, carrier: str, note: str = "") -> None:
    """The order is shipped, and the buyer reads of it."""
    known = re.sub("[^a-z0-9]", "", carrier.lower()) in _KNOWN
    if tracking and known:
        receipt.shipments.append(Shipment(world.new_id(), world.now(), carrier, tracking))
    receipt.mails.append(Mail(world.now(), tracking if known else "", note))
    receipt.shipped_at = receipt.shipped_at or world.now()
    receipt.updated_at = world.now()
    world.happened("order.shipped", receipt)


def update_receipt(world: World, call: Call) -> Reply:
    """Set what was paid and what was shipped, without a mail."""
    seller, receipt = own_receipt(world, call)
    form = call.fields()
    flags = {name: flag_of(name, form[name]) for name in ("was_paid", "was_shipped") if form.get(name)}
    if not flags:
        raise invalid("One of was_paid and was_shipped is required.")
    if receipt.cancelled:
        raise invalid(f"The order is {receipt.status}.")
    now = world.now()
    if "was_paid" in flags:
        receipt.paid_at = (receipt.paid_at or now) if flags["was_paid"] else None
    if "was_shipped" in flags:
        receipt.shipped_at = (receipt.shipped_at or now) if flags["was_shipped"] else None
    receipt.updated_at = now
    return Reply(200, receipt_told(seller, receipt))


def get_carriers(world: World, call: Call) -> Reply:
    if not re.fullmatch("[A-Z]{2}", call.query.get("origin_country_iso", "")):
        raise invalid("Missing required parameter: origin_country_iso")
    rows: list[dict[str, Any]] = [
        {"shipping_carrier_id": number, "name": name, "domestic_classes": [], "international_classes": []}
        for number, name in enumerate(CARRIERS, start=1)
    ]
    return Reply(200, {"count": len(rows), "results": rows})


_RECEIPT = f"{SHOP}/receipts/{{receipt_id}}"
OPERATIONS = (
    Operation("createReceiptShipment", "POST", f"{_RECEIPT}/tracking", create_shipment, _WRITE),
    Operation("updateShopReceipt", "PUT", _RECEIPT, update_receipt, _WRITE),
    Operation("getShippingCarriers", "GET", f"{BASE}/shipping-carriers", get_carriers),
)
