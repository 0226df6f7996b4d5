"""What a category allows and asks beside item specifics and conditions: lots, product safety. Source: sell_metadata 1.11.1."""

from __future__ import annotations

import re
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.offers.taxonomy import APPLICATION, CATALOGUE, METADATA, Category
from simulators.ebay.sites import EUROPEAN, SITES, Site
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply


def asked_for(call: Call) -> tuple[Site, list[Category]]:
    """The site and the leaves that a call is about. Raises 46001 and 46002."""
    site = SITES.get(call.parameters["marketplace_id"])
    if site is None:
        raise EbayError(46001)
    wanted = None
    if "filter" in call.query:
        match = re.fullmatch(r"categoryIds:\{([^}]*)\}", call.query["filter"])
        if match is None:
            raise EbayError(46002)
        wanted = {category_id.strip() for category_id in match[1].split("|")}
    return site, [c for c in CATALOGUE.categories.values() if c.leaf and (wanted is None or c.id in wanted)]


def category_policies(world: World, call: Call) -> Reply:
    """ "This field is only returned when true": `lsd` of a category that takes no lots."""
    site, leaves = asked_for(call)
    rows: list[dict[str, Any]] = [
        {"categoryTreeId": site.tree_id, "categoryId": leaf.id, **({} if leaf.lots else {"lsd": True})}
        for leaf in leaves
    ]
    return Reply(200, {"categoryPolicies": rows}) if rows else Reply(204)


def regulatory_policies(world: World, call: Call) -> Reply:
    """What European sites ask about product safety."""
    site, leaves = asked_for(call)
    rows = [
        {
            "categoryTreeId": site.tree_id,
            "categoryId": leaf.id,
            "supportedAttributes": [{"name": name, "usage": usage} for name, usage in leaf.regulatory.items()],
        }
        for leaf in leaves
        if site.marketplace_id in EUROPEAN and leaf.regulatory
    ]
    return Reply(200, {"regulatoryPolicies": rows}) if rows else Reply(204)


def safety_labels(world: World, call: Call) -> Reply:
    """ "If a marketplace does not support product safety label information [...] only a 204"."""
    site = SITES.get(call.parameters["marketplace_id"])
    if site is None:
        raise EbayError(46001)
    if site.marketplace_id not in EUROPEAN:
        return Reply(204)
    pictograms, statements = CATALOGUE.safety_labels["pictograms"], CATALOGUE.safety_labels["statements"]
    shown = [
        {"pictogramId": id, "pictogramDescription": text, "pictogramUrl": f"https://pictograms.example/{id}.png"}
        for id, text in pictograms.items()
    ]
    told = [{"statementId": id, "statementDescription": text} for id, text in statements.items()]
    return Reply(200, {"pictograms": shown, "statements": told})


def _operation(name: str, path: str, handle: Any) -> Operation:
    return Operation(
        name, "GET", f"{METADATA}/marketplace/{{marketplace_id}}/{path}", handle, "sell.metadata", APPLICATION
    )


OPERATIONS = (
    _operation("getCategoryPolicies", "get_category_policies", category_policies),
    _operation("getRegulatoryPolicies", "get_regulatory_policies", regulatory_policies),
    _operation("getProductSafetyLabels", "get_product_safety_labels", safety_labels),
)
