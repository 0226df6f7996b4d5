"""The Listings Items API 2021-08-01: put, patch, delete and get one item. Submissions are decided later.

A submission answers ACCEPTED or INVALID, both with 200, and is decided `decide_after_s` later. VALIDATION_PREVIEW answers VALID or
INVALID and stores nothing. A patch or a deletion of a SKU that is not there is INVALID too: the model has no 404 for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from simulators.amazon.errors import AmazonError, denied, invalid
from simulators.amazon.limits import RELATIONSHIPS
from simulators.amazon.offers import issues
from simulators.amazon.offers.issues import Issue
from simulators.amazon.offers.patches import name_of
from simulators.amazon.offers.product_types import REQUIREMENTS
from simulators.amazon.offers.showing import INCLUDED, shown_item
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import World
from simulators.kit.wire import Reply

BASE = "/listings/2021-08-01/items/{sellerId}"
_ITEM = f"{BASE}/{{sku}}"
_PREVIEW = "VALIDATION_PREVIEW"
_OPS = ("add", "replace", "merge", "delete")


def own_seller(call: Call) -> None:
    """Raises 403 for another seller's id in the address."""
    if call.parameters["sellerId"] != call.seller.seller_id:
        raise denied("The selling partner in the path is not that of the access token.")


def get_item(world: World, call: Call) -> Reply:
    own_seller(call)
    sku, listings = call.parameters["sku"], world.listings
    wanted = call.marketplaces()
    included = call.some_of("includedData", INCLUDED, ("summaries",))
    item = listings.item(call.seller, sku)
    there = [one for one in listings.told_of(wanted) if item and one in item.sites]
    if item is None or not there:
        raise AmazonError(404, "NOT_FOUND", f"SKU '{sku}' not found in marketplace {','.join(wanted)}")
    return Reply(200, shown_item(world, call.seller, item, there, included))


def put_item(world: World, call: Call) -> Reply:
    """Replace an item in one store as a whole, or make it."""
    own_seller(call)
    sku, seller, listings = _sku(world, call), call.seller, world.listings
    [site] = call.marketplaces(most=1)
    mode, included = _mode(call)
    body = call.json()
    kind, attributes = body.get("productType"), body.get("attributes")
    requirements = body.get("requirements", "LISTING")
    if not isinstance(kind, str) or not isinstance(attributes, dict) or requirements not in REQUIREMENTS:
        raise invalid("Could not match input arguments", "productType, requirements or attributes")
    found = listings.judge_put(seller, site, kind, requirements, attributes)
    if mode == _PREVIEW:
        match = None if issues.fatal(found) else listings.matching(seller, attributes)
        return _previewed(world, call, site, found, match.asin if match else None, included)
    if "child_parent_sku_relationship" in attributes:
        world.budget.spend(seller.name, RELATIONSHIPS, world.now())

    def decide() -> list[Issue]:
        return listings.apply_put(seller, sku, site, kind, requirements, attributes, world.now())

    return _submitted(world, call, [site], found, kind, attributes, {site: decide}, included)


def patch_item(world: World, call: Call) -> Reply:
    """Change some attributes of an item in each of the stores that the call names."""
    own_seller(call)
    sku, seller, listings = _sku(world, call), call.seller, world.listings
    sites = call.marketplaces()
    mode, included = _mode(call)
    body = call.json()
    kind, patches = body.get("productType"), body.get("patches")
    if not isinstance(kind, str) or not isinstance(patches, list) or not patches or not all(map(_is_patch, patches)):
        raise invalid("Could not match input arguments", "productType or patches")
    found = _strangers(world, call, sites)
    found += [one for site in sites for one in listings.judge_patch(seller, sku, site, kind, patches)[1]]
    item = listings.item(seller, sku)
    if mode == _PREVIEW:
        return _previewed(world, call, sites[0], found, item.asin if item else None, included)
    carried = {name_of(one) or "": one.get("value") for one in patches}
    if "child_parent_sku_relationship" in carried:
        world.budget.spend(seller.name, RELATIONSHIPS, world.now())

    def decision(site: str) -> Callable[[], list[Issue]]:
        return lambda: listings.apply_patch(seller, sku, site, kind, patches, world.now())

    return _submitted(world, call, sites, found, kind, carried, {site: decision(site) for site in sites}, included)


def delete_item(world: World, call: Call) -> Reply:
    """Take an item out of one store."""
    own_seller(call)
    sku, seller = call.parameters["sku"], call.seller
    [site] = call.marketplaces(most=1)

    def decide() -> list[Issue]:
        world.listings.apply_delete(seller, sku, site, world.now())
        return []

    return _submitted(world, call, [site], _strangers(world, call, [site]), "", {}, {site: decide})


def _sku(world: World, call: Call) -> str:
    sku = call.parameters["sku"]
    if len(sku) > world.limits.number("sku_length"):
        raise invalid(
            "Invalid 'sku' provided.", f"A SKU has at the most {world.limits.number('sku_length')} characters."
        )
    return sku


def _mode(call: Call) -> tuple[str, list[str]]:
    mode = call.query.get("mode", "")
    if mode not in ("", _PREVIEW):
        raise invalid("Invalid value for parameter mode.", mode)
    return mode, call.some_of("includedData", ("identifiers", "issues"), ("issues",))


def _is_patch(patch: Any) -> bool:
    """Whether it has the form of the model's `PatchOperation`."""
    if not isinstance(patch, dict) or patch.get("op") not in _OPS or not isinstance(patch.get("path"), str):
        return False
    value = patch.get("value", [])
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _strangers(world: World, call: Call, sites: list[str]) -> list[Issue]:
    """What is wrong with a change of an item that is not there, and of which no submission is under way."""
    sku, listings = call.parameters["sku"], world.listings
    if listings.pending.get((call.seller.name, sku)):
        return []
    known = any(listings.site(call.seller, sku, site) for site in sites)
    return [] if known else [issues.no_such_sku(sku)]


def _previewed(world: World, call: Call, site: str, found: list[Issue], asin: str | None, included: list[str]) -> Reply:
    planned = [one.issue for one in world.listings.take(call.parameters["sku"], "preview") if one.issue]
    found = [*found, *planned]
    call.codes += [one["code"] for one in found]
    told: dict[str, Any] = {
        "sku": call.parameters["sku"],
        "status": "INVALID" if issues.fatal(found) else "VALID",
        "submissionId": world.name(),
    }
    if "identifiers" in included:
        told["identifiers"] = [{"marketplaceId": site, "asin": asin}] if asin else []
    if "issues" in included:
        told["issues"] = found
    return Reply(200, told)


def _submitted(
    world: World,
    call: Call,
    sites: list[str],
    found: list[Issue],
    kind: str,
    carried: Mapping[str, Any],
    decisions: Mapping[str, Callable[[], list[Issue]]],
    included: Collection[str] = ("issues",),
) -> Reply:
    """The answer to a real submission, and its decision later."""
    sku, seller, listings = call.parameters["sku"], call.seller, world.listings
    found = [*found, *[one.issue for one in listings.take(sku, "submission") if one.issue]]
    call.codes += [one["code"] for one in found]
    refused = issues.fatal(found)
    status = "INVALID" if refused else "ACCEPTED"
    told: dict[str, Any] = {"sku": sku, "status": status, "submissionId": world.name()}
    if "identifiers" in included:
        item = listings.item(seller, sku)
        told["identifiers"] = [{"marketplaceId": site, "asin": item.asin} for site in sites if item and item.asin]
    if "issues" in included:
        told["issues"] = found
    if refused:
        return Reply(200, told)
    listings.note(seller, sku, sites[0], call.operation, carried)
    lost = listings.take(sku, "lost")
    later = [one.issue for one in listings.take(sku, "decision") if one.issue]
    under_way = (seller.name, sku)
    listings.pending[under_way] = listings.pending.get(under_way, 0) + 1

    def decide() -> None:
        listings.pending[under_way] -= 1
        if not listings.pending[under_way]:
            del listings.pending[under_way]
        for site, act in decisions.items() if not lost else ():
            wrong = later or act()
            gone = any(one["code"] == issues.UNKNOWN_SKU for one in wrong)
            if issues.fatal(wrong) and not gone:
                listings.refuse(seller, sku, site, kind, wrong)

    if listings.decide_after_s:
        world.postpone(listings.decide_after_s, decide)
    else:
        decide()
    return Reply(200, told)


OPERATIONS = (
    Operation("getListingsItem", "GET", _ITEM, get_item),
    Operation("putListingsItem", "PUT", _ITEM, put_item),
    Operation("patchListingsItem", "PATCH", _ITEM, patch_item),
    Operation("deleteListingsItem", "DELETE", _ITEM, delete_item),
)
