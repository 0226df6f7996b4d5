"""What goes wrong with one entry of a bulk write: the vendor faults of bulkCreateOrReplaceInventoryItem, bulkCreateOffer and
bulkPublishOffer.

Each is a `Fault(operation, "vendor", name=..., body={"sku": ...})` of `simulators.faults`; the README lists them.
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.wire import Call
from simulators.faults import Fields

FAULTS: dict[str, Fields] = {"entry_refused": {"sku": str, "error_id": int}, "entry_lost": {"sku": str}}


def refuse_entry(call: Call, sku: str) -> None:
    """Raises the planned refusal of this entry alone."""
    said = _said(call, "entry_refused")
    if said.get("sku") == sku:
        error_id = int(said.get("error_id", 25022))
        raise EbayError(error_id, status=500 if error_id in (25001, 25025) else 400)


def told(call: Call, responses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is answered of the entries: of a lost one nothing, although it was done. An entry without a SKU names its offer."""
    lost = _said(call, "entry_lost").get("sku")
    return [row for row in responses if lost is None or _sku(call, row) != lost]


def _sku(call: Call, row: dict[str, Any]) -> str | None:
    offer = call.seller.offers.get(str(row.get("offerId")))
    return row.get("sku") or (offer.sku if offer is not None else None)


def _said(call: Call, name: str) -> dict[str, Any]:
    planned = call.fault
    return planned.body if planned is not None and planned.name == name and isinstance(planned.body, dict) else {}
