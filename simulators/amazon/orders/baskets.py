"""What a buyer puts together: the arguments of `checkout`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.amazon.sites import Site
from simulators.kit.deeds import DeedRefused

LINE_FIELDS = frozenset(
    {
        "sku",
        "quantity",
        "by_hand",
        "price",
        "title",
        "shipping",
        "gift_wrap",
        "tax",
        "discount",
        "facilitated",
        "ioss_number",
        "gift_message",
    }
)
BUYER_FIELDS = frozenset(
    {"name", "company", "email", "phone", "line1", "line2", "city", "region", "postal_code", "country"}
)
_RECIPIENT = {
    "name": "name",
    "companyName": "company",
    "addressLine1": "line1",
    "addressLine2": "line2",
    "city": "city",
    "stateOrRegion": "region",
    "postalCode": "postal_code",
    "countryCode": "country",
    "phone": "phone",
}


def refuse_unknown(lines: list[dict[str, Any]], buyer: Mapping[str, str] | None) -> None:
    """Raises DeedRefused for an order without lines, and for a field that neither a line nor a buyer has."""
    unknown = {name for line in lines for name in line} - LINE_FIELDS
    if not lines or unknown or any("sku" not in line for line in lines):
        raise DeedRefused(f"an order has lines, each with a sku; a line has no {sorted(unknown)}")
    strange = set(buyer or ()) - BUYER_FIELDS
    if strange:
        raise DeedRefused(f"a buyer has no {sorted(strange)}; they have {sorted(BUYER_FIELDS)}")


def person(site: Site, given: Mapping[str, str] | None) -> dict[str, str]:
    """A buyer of this store; an empty text takes a field away."""
    made_up = {
        "name": "Robin Buyer",
        "email": f"robin.buyer@marketplace.{site.host.removeprefix('www.')}",
        "phone": "+1 555 0100",
        "line1": "1 Long Road",
        "city": "Middletown",
        "postal_code": "12345",
        "country": site.country,
    }
    return {name: str(value) for name, value in {**made_up, **(given or {})}.items()}


def recipient(buyer: Mapping[str, str]) -> dict[str, str]:
    """Where the order goes, in the words of CustomerAddress."""
    return {told: buyer[name] for told, name in _RECIPIENT.items() if buyer.get(name)}
