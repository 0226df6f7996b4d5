"""Shopify's user errors about orders and our verdicts. A user error says that nothing was done.

Sources: OrderCreateUserErrorCode and OrderCancelUserErrorCode in the schema of 2026-04. Most errors share the code
INVALID, so the field and the words decide. "Exceeded order API rate limit, please try again in a minute" is reported by
nozzlegear/ShopifySharp#726 and Shopify/shopify-api-ruby#899, "Too many attempts" by community.shopify.dev thread 4542.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from listbridge.domain.orders.refusals import refused_cancel, refused_order, sku_at, variant_gone
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, Rejected, RemoteError
from listbridge.shops.shopify.catalog.wire import UserError
from listbridge.shops.shopify.errors import FROZEN
from listbridge.shops.shopify.orders.input import MOST_LINES, PARTS

_LIMIT = re.compile(r"rate limit|too many (attempts|requests)", re.IGNORECASE)
_LIMIT_WAIT_S = 60.0
_SENT_AS = {"province": "provinceCode", "country": "countryCode"}
"""Shopify names the field that it stores (recorded answers of 2026-05); we send its code."""
_PERSONAL = frozenset({*PARTS.addresses, "email", "phone", "customer", "note", "customAttributes"})


def refused_create(errors: Sequence[UserError], draft: ShopOrderDraft) -> RemoteError:
    """The verdict on a create that Shopify refused; the first error speaks for all."""
    first = errors[0]
    detail = f"create_order: {first.code or 'no code'} {field_of(first)}"
    if any(_LIMIT.search(error.message) for error in errors):
        return RateLimited(Problem("shopify_order_limit"), after_s=_LIMIT_WAIT_S, detail=detail)
    if any(error.code == "SHOP_DORMANT" for error in errors):
        return FROZEN.error(detail=detail, status=200, request=None)
    sku = next((sku for error in errors if (sku := _sku_without_variant(error, draft)) is not None), None)
    if sku is not None:
        return variant_gone(sku, detail=detail)
    personal = not first.field or bool(_PERSONAL & set(first.field))
    code = first.code or "INVALID"
    return refused_order(field_of(first), first.message, code=code, buyer=draft.buyer, personal=personal, detail=detail)


def not_cancelled(errors: Sequence[UserError]) -> Rejected:
    """The verdict on a cancellation that Shopify refused."""
    first = errors[0]
    detail = f"cancel_order: {first.code or 'no code'}"
    return refused_cancel(first.message, gone=first.code == "NOT_FOUND", detail=detail)


def about_the_mark(errors: Sequence[UserError]) -> bool:
    """Whether the mark may be taken: an order that carries it stands already."""
    return any("metafields" in (error.field or ()) for error in errors)


def refused_parts(fields: Iterable[Sequence[str] | None]) -> list[list[str]]:
    """What Shopify refuses, as paths into the order that was sent: its schema and its rules name fields alike."""
    paths = [[part for part in field or () if part != "order"] for field in fields]
    return [[*path[:-1], _SENT_AS.get(path[-1], path[-1])] if path else path for path in paths]


def field_of(error: UserError) -> str:
    return ".".join(error.field or ())[:100]


def _sku_without_variant(error: UserError, draft: ShopOrderDraft) -> str | None:
    """The SKU of the line whose variant Shopify no longer has."""
    path = list(error.field or ())
    if "lineItems" not in path or not {"variantId", "productId", "variant"} & set(path):
        return None
    number = next((int(part) for part in path if part.isascii() and part.isdigit()), None)
    return sku_at(number, draft, MOST_LINES) if number is not None else None
