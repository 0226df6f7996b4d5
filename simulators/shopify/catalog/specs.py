"""What a deed wants a product to be, read as a seller types it. Each raises DeedRefused for what no product can be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.kit.deeds import DeedRefused

_CENT = Decimal("0.01")


def money(value: Any) -> Decimal:
    """An amount as a seller types it, in cents precision. Raises DeedRefused for what is no number or below zero."""
    try:
        amount = Decimal(str(value)).quantize(_CENT)
    except InvalidOperation:
        raise DeedRefused(f"no amount: {value!r}") from None
    if not amount.is_finite() or amount < 0:
        raise DeedRefused(f"a price is a number and never negative: {value}")
    return amount


def whole(value: Any, what: str) -> int:
    """A whole number as JSON may hold it. Raises DeedRefused for anything else."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise DeedRefused(f"{what} is a whole number, not {value!r}") from None


def handle_of(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "untitled"


def title_of(spec: Mapping[str, Any]) -> str:
    if not spec.get("title"):
        raise DeedRefused("it has no title")
    return str(spec["title"])


def check_variant(spec: Mapping[str, Any]) -> None:
    """Raise DeedRefused for what no variant can be, before anything of the product is stored."""
    money(spec.get("price", "10.00"))
    if spec.get("compare_at_price") is not None:
        money(spec["compare_at_price"])
    if spec.get("inventory_policy", "DENY") not in ("DENY", "CONTINUE"):
        raise DeedRefused(f"no such policy: {spec['inventory_policy']}")
    stock = spec.get("stock", 0)
    for available in stock.values() if isinstance(stock, Mapping) else [stock]:
        whole(available, "stock")


def option_names(spec: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]) -> list[str]:
    """The option names in order: as given, else as the variants use them, else Shopify's own `Title`."""
    given = list(spec.get("options", ()))
    used = list(dict.fromkeys(name for variant in variants for name in (variant.get("options") or {})))
    names = given or used or ["Title"]
    if len(names) > 3:
        raise DeedRefused("a product has at most three options")
    return names
