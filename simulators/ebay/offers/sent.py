"""What a call carried: the quantities and prices in a request, for the journal."""

from __future__ import annotations

from typing import Any

from simulators.ebay.wire import Call


def sent_values(operation: str, call: Call) -> tuple[str, list[dict[str, Any]]]:
    """The SKU of a call (empty where it names none or many), and a row per quantity or price that it carried.

    A body that the gateway turned away carried nothing. A row has `sku`, `offerId`, `marketplaceId`, `quantity`, `price` and `currency`, as far as the request named them.
    """
    reader = _READERS.get(operation)
    body = call.json_or_none() if reader is not None and call.well_shaped else None
    rows = reader(call, body) if reader is not None and body is not None else []
    skus = {row["sku"] for row in rows if row.get("sku")}
    sku = call.parameters.get("sku") or (skus.pop() if len(skus) == 1 else "")
    return sku, rows


def _row(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _ship_to(body: dict[str, Any]) -> Any:
    availability = body.get("availability")
    ship_to = availability.get("shipToLocationAvailability") if isinstance(availability, dict) else None
    return ship_to.get("quantity") if isinstance(ship_to, dict) else None


def _price(container: Any) -> dict[str, Any]:
    price = container.get("price") if isinstance(container, dict) else None
    return {"price": price.get("value"), "currency": price.get("currency")} if isinstance(price, dict) else {}


def _rows_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body.get("requests")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _of_item(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [_row(sku=call.parameters["sku"], quantity=_ship_to(body))]


def _of_items(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [_row(sku=row.get("sku"), quantity=_ship_to(row)) for row in _rows_of(body)]


def _offer_row(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _row(
        sku=body.get("sku"),
        marketplaceId=body.get("marketplaceId"),
        quantity=body.get("availableQuantity"),
        **_price(body.get("pricingSummary")),
        **more,
    )


def _of_offer(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [_offer_row(body, offerId=call.parameters.get("offerId"))]


def _of_offers(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [_offer_row(row) for row in _rows_of(body)]


def _of_price_quantity(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for request in _rows_of(body):
        availability = request.get("shipToLocationAvailability")
        if isinstance(availability, dict):
            rows.append(_row(sku=request.get("sku"), quantity=availability.get("quantity")))
        for entry in request.get("offers") or []:
            if isinstance(entry, dict):
                rows.append(
                    _row(
                        sku=request.get("sku"),
                        offerId=entry.get("offerId"),
                        quantity=entry.get("availableQuantity"),
                        **_price(entry),
                    )
                )
    return rows


_READERS = {
    "createOrReplaceInventoryItem": _of_item,
    "bulkCreateOrReplaceInventoryItem": _of_items,
    "createOffer": _of_offer,
    "updateOffer": _of_offer,
    "bulkCreateOffer": _of_offers,
    "bulkUpdatePriceQuantity": _of_price_quantity,
}
