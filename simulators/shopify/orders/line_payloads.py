"""The parts that order-shaped payloads share: lines, taxes, addresses. Shapes: as in `payloads.py`."""

from __future__ import annotations

from simulators.shopify.catalog.payloads import Payload, price
from simulators.shopify.global_ids import gid
from simulators.shopify.orders.money import money_set
from simulators.shopify.orders.records import Address, LineItem, Order, Pairs, TaxLine


def address_payload(address: Address | None) -> Payload | None:
    """An address; the code stands for the name of a country or a province where nobody told the name."""
    if address is None:
        return None
    names = [address.get("first_name"), address.get("last_name")]
    told = {name: address.get(name) for name in _ADDRESS}
    return told | {
        "country": address.get("country") or address.get("country_code"),
        "province": address.get("province") or address.get("province_code"),
        "latitude": None,
        "longitude": None,
        "name": " ".join(one for one in names if one),
    }


_ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "city",
    "zip",
    "province",
    "province_code",
    "country_code",
    "phone",
)


def pairs_payload(pairs: Pairs) -> list[Payload]:
    return [{"name": name, "value": value} for name, value in pairs]


def line_payload(line: LineItem, order: Order) -> Payload:
    shipped = order.shipped().get(line.id, 0)
    spread = [
        {"amount": price(line.discount.amount), "amount_set": money_set(line.discount), "discount_application_index": 0}
    ]
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "discount_allocations": spread if line.discount.amount else [],
        "duties": [],
        "fulfillable_quantity": line.unsent,
        "fulfillment_service": "manual",
        "fulfillment_status": "fulfilled" if shipped >= line.quantity else "partial" if shipped else None,
        "gift_card": False,
        "grams": 0,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "price": price(line.price.amount),
        "price_set": money_set(line.price),
        "product_exists": line.product_id is not None,
        "product_id": line.product_id,
        "properties": pairs_payload(line.properties),
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": line.sku or "",
        "tax_lines": [tax_payload(one) for one in line.tax_lines],
        "taxable": line.taxable,
        "title": line.title,
        "total_discount": price(order.zero.amount),
        "total_discount_set": money_set(order.zero),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify" if line.variant_id else None,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
    }


def tax_payload(one: TaxLine) -> Payload:
    return {
        "channel_liable": one.channel_liable,
        "price": price(one.amount.amount),
        "price_set": money_set(one.amount),
        "rate": float(one.rate),
        "title": one.title,
    }
