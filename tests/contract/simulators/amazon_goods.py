"""Goods for the tests of the simulated Amazon's listings, as a seller would describe them."""

from __future__ import annotations

from typing import Any

import requests

from simulators.amazon.sites import SITES
from tests.contract.simulators.amazon_seller import US, AmazonSeller

Attributes = dict[str, Any]
AFTER = 16.0
"""By then a submission has been decided."""
DATA = "summaries,attributes,issues,offers,fulfillmentAvailability,relationships,productTypes"


def candle(site: str = US, *, quantity: int = 7, price: float = 19.9, **changes: Any) -> Attributes:
    """A candle; a change to None takes the attribute away."""
    language = SITES[site].language_tag
    texts = {
        "item_name": "Beeswax candle",
        "brand": "Nordlicht",
        "product_description": "Pure.",
        "bullet_point": "Pure",
        "material": "beeswax",
    }
    values = {
        "item_type_keyword": "candles",
        "country_of_origin": "DE",
        "supplier_declared_dg_hz_regulation": "not_applicable",
        "condition_type": "new_new",
        "supplier_declared_has_product_identifier_exemption": True,
    }
    made: Attributes = {name: [{"value": value, "language_tag": language}] for name, value in texts.items()}
    made |= {name: [{"value": value}] for name, value in values.items()}
    made |= {
        "item_weight": [{"value": 100, "unit": "grams"}],
        "main_product_image_locator": [{"media_location": "https://images.example/candle.jpg"}],
        **sold(site, quantity=quantity, price=price),
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def sold(site: str = US, *, quantity: int = 7, price: float = 19.9) -> Attributes:
    """The offer of an item: price and stock."""
    schedule = [{"schedule": [{"value_with_tax": price}]}]
    offer = {"marketplace_id": site, "currency": SITES[site].currency, "audience": "ALL", "our_price": schedule}
    stock = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity, "lead_time_to_ship_max_days": 2}
    return {"purchasable_offer": [offer], "fulfillment_availability": [stock]}


def _sweater(**changes: Any) -> Attributes:
    texts = {"department": "womens", "fabric_type": "wool"}
    facts = {name: [{"value": value, "language_tag": "en_US"}] for name, value in texts.items()}
    own = {**facts, "material": None, "item_weight": None, "variation_theme": [{"name": "SIZE"}]}
    return candle(**{**own, **changes})


def parent(**changes: Any) -> Attributes:
    gone = dict.fromkeys(("purchasable_offer", "fulfillment_availability", "condition_type"))
    return _sweater(**{**gone, "parentage_level": [{"value": "parent"}], **changes})


def child(size: str, of: str = "JUMPER", /, **changes: Any) -> Attributes:
    related = [{"child_relationship_type": "variation", "parent_sku": of}]
    own = {
        "parentage_level": [{"value": "child"}],
        "child_parent_sku_relationship": related,
        "size": [{"value": size, "language_tag": "en_US"}],
    }
    return _sweater(**{**own, **changes})


def path(anna: AmazonSeller, sku: str) -> str:
    return f"/listings/2021-08-01/items/{anna.seller_id}/{requests.utils.quote(sku, safe='')}"


def put(
    anna: AmazonSeller,
    sku: str = "CANDLE",
    attributes: Attributes | None = None,
    *,
    kind: str = "CANDLE",
    requirements: str = "LISTING",
    site: str = US,
    check: bool = True,
    **query: str,
) -> dict[str, Any]:
    """The answer to a submission that gets through."""
    given = candle(site) if attributes is None else attributes
    body = {"productType": kind, "requirements": requirements, "attributes": given}
    answer = anna.call("PUT", path(anna, sku), body, check=check, marketplaceIds=site, **query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def patch(
    anna: AmazonSeller, op: str, name: str, value: Any = None, *, sku: str = "CANDLE", site: str = US, **query: str
) -> dict[str, Any]:
    one = {"op": op, "path": f"/attributes/{name}"} | ({} if value is None else {"value": value})
    body = {"productType": "PRODUCT", "patches": [one]}
    answer = anna.call("PATCH", path(anna, sku), body, marketplaceIds=site, **query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def quantity_of(anna: AmazonSeller, sku: str = "CANDLE", site: str = US) -> int:
    [stock] = shown(anna, sku, site)["fulfillmentAvailability"]
    return int(stock["quantity"])


def shown(anna: AmazonSeller, sku: str = "CANDLE", site: str = US) -> dict[str, Any]:
    answer = anna.call("GET", path(anna, sku), marketplaceIds=site, includedData=DATA)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def found(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Code and attribute of each issue."""
    return [(one["code"], ",".join(one.get("attributeNames", ()))) for one in told["issues"]]
