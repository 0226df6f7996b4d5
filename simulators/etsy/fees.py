"""The ledger of a shop's payment account: what Etsy has charged, as far as listings go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.etsy.errors import invalid
from simulators.etsy.shops import PAGING, counted
from simulators.etsy.state import Seller
from simulators.etsy.wire import SHOP, Call, Operation
from simulators.etsy.world import World, epoch
from simulators.kit.wire import Reply


def get_entries(world: World, call: Call) -> Reply:
    """The entries of a time, the newest first. Both ends are required."""
    seller = call.own_shop()
    least, most = call.number("min_created"), call.number("max_created")
    if least is None or most is None:
        raise invalid("Missing required parameter: min_created and max_created")
    rows = [row for row in _entries(seller) if least <= row["created_timestamp"] <= most]
    page = PAGING.window(call.query).page(rows[::-1])
    return Reply(200, counted(page.rows, page.total))


def _entries(seller: Seller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    balance = Decimal(0)
    for number, fee in enumerate(seller.fees, start=1):
        balance -= fee.amount
        rows.append(
            {
                "entry_id": fee.entry_id,
                "ledger_id": seller.shop_id,
                "sequence_number": number,
                "amount": -int(fee.amount * 100),
                "currency": seller.currency,
                "description": fee.kind,
                "balance": int(balance * 100),
                "create_date": epoch(fee.at),
                "created_timestamp": epoch(fee.at),
                "ledger_type": fee.kind,
                "reference_type": "listing",
                "reference_id": str(fee.listing_id),
                "parent_entry_id": 0,
                "payment_adjustments": [],
            }
        )
    return rows


OPERATIONS = (
    Operation(
        "getShopPaymentAccountLedgerEntries",
        "GET",
        f"{SHOP}/payment-account/ledger-entries",
        get_entries,
        frozenset({"transactions_r"}),
    ),
)
