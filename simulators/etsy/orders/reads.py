"""Receipts, transactions and payments: one, many, and by what has changed since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulators.etsy.errors import invalid, not_found
from simulators.etsy.orders.shown import payment_told, receipt_told, transaction_told
from simulators.etsy.orders.state import Receipt
from simulators.etsy.shops import PAGING, counted
from simulators.etsy.state import Seller
from simulators.etsy.wire import OWN_LISTING, SHOP, Call, Operation
from simulators.etsy.world import World, epoch
from simulators.kit.wire import Reply

READ = frozenset({"transactions_r"})
_SORTS = ("created", "updated", "receipt_id")
_ORDERS = ("asc", "ascending", "up", "desc", "descending", "down")
_EARLIEST = 946_684_800


def own_receipt(world: World, call: Call) -> tuple[Seller, Receipt]:
    """The receipt of the address. Raises 403 for another's shop, 404 for a receipt that the shop has not."""
    seller = call.own_shop()
    receipt = world.receipts.get(call.id_in("receipt_id"))
    if receipt is None or receipt.shop_id != seller.shop_id:
        raise not_found("Receipt not found")
    call.flag("legacy")
    return seller, receipt


def theirs(world: World, seller: Seller) -> list[Receipt]:
    return [one for one in world.receipts.values() if one.shop_id == seller.shop_id]


def get_receipt(world: World, call: Call) -> Reply:
    return Reply(200, receipt_told(*own_receipt(world, call)))


def get_receipts(world: World, call: Call) -> Reply:
    """A page of the list as it stands now: it moves while somebody pages through it, and an order that changes
    meanwhile may be told twice or left out."""
    seller = call.own_shop()
    _check_filters(call)
    rows = [one for one in theirs(world, seller) if _wanted(call, one)]
    key = {
        "created": lambda one: (epoch(one.created_at), one.receipt_id),
        "updated": lambda one: (epoch(one.updated_at), one.receipt_id),
        "receipt_id": lambda one: one.receipt_id,
    }[call.choice("sort_on", _SORTS, "created")]
    rows.sort(key=key, reverse=call.choice("sort_order", _ORDERS, "desc") in _ORDERS[3:])
    page = PAGING.window(call.query).page(rows)
    return Reply(200, counted([receipt_told(seller, one) for one in page.rows], page.total))


def _wanted(call: Call, receipt: Receipt) -> bool:
    """Whether a receipt passes all filters of a call. Raises 400 for a filter that is none."""
    ranges = {"created": epoch(receipt.created_at), "last_modified": epoch(receipt.updated_at)}
    flags = {
        "was_paid": receipt.paid_at is not None,
        "was_shipped": receipt.shipped_at is not None,
        "was_delivered": receipt.delivered,
        "was_canceled": receipt.cancelled,
    }
    for name, at in ranges.items():
        least, most = _instant(call, f"min_{name}"), _instant(call, f"max_{name}")
        if (least is not None and at < least) or (most is not None and at > most):
            return False
    return all(call.flag(name) in (None, is_so) for name, is_so in flags.items())


def _check_filters(call: Call) -> None:
    """Raises 400 for a filter that is none, also where there is nothing to be filtered."""
    for name in ("created", "last_modified"):
        for bound in ("min", "max"):
            _instant(call, f"{bound}_{name}")
    for name in ("was_paid", "was_shipped", "was_delivered", "was_canceled", "legacy"):
        call.flag(name)


def _instant(call: Call, name: str) -> int | None:
    at = call.number(name)
    if at is not None and at < _EARLIEST:
        raise invalid(f"'{name}' must be at least {_EARLIEST}.")
    return at


def _transactions(seller: Seller, receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    return [transaction_told(seller, receipt, one) for receipt in receipts for one in receipt.transactions]


def get_transactions_of_receipt(world: World, call: Call) -> Reply:
    seller, receipt = own_receipt(world, call)
    return Reply(200, counted(_transactions(seller, [receipt])))


def get_transactions_of_shop(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    page = PAGING.window(call.query).page(_transactions(seller, reversed(theirs(world, seller))))
    return Reply(200, counted(page.rows, page.total))


def get_transactions_of_listing(world: World, call: Call) -> Reply:
    seller, listing_id = call.own_shop(), call.id_in("listing_id")
    rows = [one for one in _transactions(seller, reversed(theirs(world, seller))) if one["listing_id"] == listing_id]
    page = PAGING.window(call.query).page(rows)
    return Reply(200, counted(page.rows, page.total))


def get_transaction(world: World, call: Call) -> Reply:
    seller, wanted = call.own_shop(), call.id_in("transaction_id")
    found = [one for one in _transactions(seller, theirs(world, seller)) if one["transaction_id"] == wanted]
    if not found:
        raise not_found("Transaction not found")
    return Reply(200, found[0])


def get_payment_of_receipt(world: World, call: Call) -> Reply:
    seller, receipt = own_receipt(world, call)
    return Reply(200, counted([payment_told(seller, receipt)] if receipt.paid_at is not None else []))


def get_payments(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    wanted = call.ids("payment_ids", world.limits.number("batch"))
    rows = [one for one in theirs(world, seller) if one.payment_id in wanted and one.paid_at is not None]
    return Reply(200, counted([payment_told(seller, one) for one in rows]))


_RECEIPT = f"{SHOP}/receipts/{{receipt_id}}"
OPERATIONS = (
    Operation("getShopReceipts", "GET", f"{SHOP}/receipts", get_receipts, READ),
    Operation("getShopReceipt", "GET", _RECEIPT, get_receipt, READ),
    Operation(
        "getShopReceiptTransactionsByReceipt", "GET", f"{_RECEIPT}/transactions", get_transactions_of_receipt, READ
    ),
    Operation("getShopReceiptTransactionsByShop", "GET", f"{SHOP}/transactions", get_transactions_of_shop, READ),
    Operation("getShopReceiptTransaction", "GET", f"{SHOP}/transactions/{{transaction_id}}", get_transaction, READ),
    Operation(
        "getShopReceiptTransactionsByListing", "GET", f"{OWN_LISTING}/transactions", get_transactions_of_listing, READ
    ),
    Operation("getShopPaymentByReceiptId", "GET", f"{_RECEIPT}/payments", get_payment_of_receipt, READ),
    Operation("getPayments", "GET", f"{SHOP}/payments", get_payments, READ),
)
