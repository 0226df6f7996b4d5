"""Why a shop refused to create or cancel an order, in words for the seller and without the buyer's data. Pure."""

from __future__ import annotations

from listbridge.domain.orders.amounts import fitted, shop_lines
from listbridge.domain.orders.orders import Buyer
from listbridge.domain.orders.private_words import mentions
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected

_LONGEST_FIELD, _LONGEST_REASON = 100, 200


def refused_order(
    field: str, reason: str, *, code: str = "", buyer: Buyer | None = None, personal: bool = False, detail: str
) -> Rejected:
    """The shop refuses what stands in this field of the order, with its own words as the `reason`.

    Problems are stored, logged and shown: the shop's `code` stands for words of a field that is `personal`, and for those that
    hold something of the buyer's.
    """
    hushed = personal or (buyer is not None and mentions(reason, buyer))
    params = {"field": field[:_LONGEST_FIELD], "reason": (code if hushed else reason)[:_LONGEST_REASON]}
    return Rejected(Problem("shop_refused_order", params, "export_or_handled_outside"), detail=detail)


def variant_gone(sku: str, *, detail: str) -> Rejected:
    """The shop no longer has the variant of the line with this SKU."""
    return Rejected(Problem("variant_gone", {"sku": sku}, "choose_product_for_line"), detail=detail)


def sku_at(place: int, draft: ShopOrderDraft, most_lines: int) -> str | None:
    """The SKU of the order's line at this place, counted from 0 as a shop that takes at most `most_lines` got them; None where
    there is none."""
    lines = shop_lines(fitted(draft, most_lines).lines)
    return str(lines[place].of.sku) if 0 <= place < len(lines) else None


def refused_cancel(reason: str, *, gone: bool = False, detail: str) -> Rejected:
    """The shop does not cancel the order; `gone`: it has no such order."""
    problem = Problem("shop_refused_cancel", {"reason": reason[:_LONGEST_REASON]}, "cancel_in_shop")
    return (NotFound if gone else Rejected)(problem, detail=detail)
