"""What belongs to the seller rather than to an item: locations, policies, programs, privileges, identity, quotas.

Sources: sell_inventory 1.18.4 (/location), sell_account 1.9.3, commerce_identity 2.0.0, developer_analytics v1_beta.0.1.
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.errors import EbayError, not_serializable
from simulators.ebay.offers.items import BASE, READ, WRITE
from simulators.ebay.offers.taxonomy import APPLICATION
from simulators.ebay.paging import inventory_paging, page_links
from simulators.ebay.sites import SITES
from simulators.ebay.state import SELLING_POLICY_MANAGEMENT, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.times import iso
from simulators.kit.wire import Reply

_ACCOUNT = "/sell/account/v1"
_SCOPES = "https://api.ebay.com/oauth/api_scope"
_ACCOUNT_WRITE = (f"{_SCOPES}/sell.account",)
_ACCOUNT_READ = (*_ACCOUNT_WRITE, f"{_SCOPES}/sell.account.readonly")
_IDENTITY = (f"{_SCOPES}/commerce.identity.readonly",)
PROGRAMS = ("OUT_OF_STOCK_CONTROL", "PARTNER_MOTORS_DEALER", "SELLING_POLICY_MANAGEMENT")

_LOCATION_FIELDS = (
    "locationAdditionalInformation",
    "locationInstructions",
    "locationTypes",
    "locationWebUrl",
    "name",
    "operatingHours",
    "phone",
    "specialHours",
    "timeZoneId",
    "fulfillmentCenterSpecifications",
)
_LOCATIONS = inventory_paging(100, 100, first_page=None)


def create_location(world: World, call: Call) -> Reply:
    """A place that offers ship from: postal code and country, or city, state and country."""
    key, body = call.parameters["merchantLocationKey"], call.json()
    if len(key) > world.limits.number("location_key_length"):
        raise EbayError(25802, "merchantLocationKey is too long.")
    if key in call.seller.locations:
        raise EbayError(25803, status=409, parameters={"merchantLocationKey": key})
    address = (body.get("location") or {}).get("address") or {}
    complete = address.get("country") and (
        address.get("postalCode") or (address.get("city") and address.get("stateOrProvince"))
    )
    if not complete:
        raise EbayError(25801, "location.address is incomplete.")
    shown = {name: body[name] for name in _LOCATION_FIELDS if body.get(name) is not None}
    shown.setdefault("locationTypes", ["WAREHOUSE"])
    call.seller.locations[key] = {
        "merchantLocationKey": key,
        "merchantLocationStatus": body.get("merchantLocationStatus", "ENABLED"),
        "location": {"locationId": f"{len(call.seller.locations) + 1:08d}", "address": address},
        **shown,
    }
    return Reply(204)


def get_location(world: World, call: Call) -> Reply:
    key = call.parameters["merchantLocationKey"]
    location = call.seller.locations.get(key)
    if location is None:
        raise EbayError(25805, status=404, parameters={"merchantLocationKey": key})
    return Reply(200, location)


def get_locations(world: World, call: Call) -> Reply:
    """`offset` is "the number of locations to skip", where the other lists of the Inventory API count pages."""
    page = _LOCATIONS.window(call.query).page(list(call.seller.locations.values()))
    links = page_links(f"{BASE}/location", call.query, page)
    return Reply(200, {**links, "offset": page.window.place, "locations": page.rows})


def _required_marketplace(call: Call) -> str:
    marketplace_id = call.query.get("marketplace_id")
    if not marketplace_id:
        raise EbayError(20401, "marketplace_id.")
    if marketplace_id not in SITES:
        raise EbayError(20403, "marketplace_id.")
    return marketplace_id


def _policies(kind: str, plural: str) -> Any:
    def handle(world: World, call: Call) -> Reply:
        marketplace_id = _required_marketplace(call)
        if SELLING_POLICY_MANAGEMENT not in call.seller.programs:  # text seen on the sandbox: openlinker issue 2880
            raise EbayError(20403, "User is not eligible for Business Policy.")
        found = [p for p in call.seller.policies[kind].values() if p["marketplaceId"] == marketplace_id]
        href = f"{_ACCOUNT}/{kind}_policy?marketplace_id={marketplace_id}"
        return Reply(200, {"href": href, "limit": 100, "offset": 0, "total": len(found), plural: found})

    return handle


def add_policies(world: World, seller: Seller, marketplace_id: str) -> dict[str, str]:
    """Give a seller one policy of each kind for a site; returns `{fulfillmentPolicyId, paymentPolicyId, returnPolicyId}`."""
    everything = [{"name": "ALL_EXCLUDING_MOTORS_VEHICLES", "default": True}]
    details: dict[str, dict[str, Any]] = {
        "fulfillment": {"handlingTime": {"unit": "DAY", "value": 1}, "shippingOptions": [], "globalShipping": False},
        "payment": {"immediatePay": True, "paymentMethods": []},
        "return": {
            "returnsAccepted": True,
            "returnPeriod": {"unit": "DAY", "value": 30},
            "returnShippingCostPayer": "SELLER",
            "refundMethod": "MONEY_BACK",
        },
    }
    ids: dict[str, str] = {}
    for kind, detail in details.items():
        name = f"{kind}PolicyId"
        ids[name] = str(6_000_000_000 + world.random.getrandbits(28))
        seller.policies[kind][ids[name]] = {
            name: ids[name],
            "name": f"Standard {kind}",
            "marketplaceId": marketplace_id,
            "categoryTypes": everything,
            **detail,
        }
    return ids


def add_location(seller: Seller, key: str, country: str) -> None:
    """Give a seller an enabled warehouse."""
    seller.locations[key] = {
        "merchantLocationKey": key,
        "merchantLocationStatus": "ENABLED",
        "name": key,
        "locationTypes": ["WAREHOUSE"],
        "location": {
            "locationId": f"{len(seller.locations) + 1:08d}",
            "address": {"postalCode": "10001", "country": country},
        },
    }


def opted_in(world: World, call: Call) -> Reply:
    return Reply(200, {"programs": [{"programType": name} for name in sorted(call.seller.programs)]})


def _program(call: Call) -> str:
    name = call.json().get("programType")
    if not name:
        raise EbayError(20401, "programType.")
    if name not in PROGRAMS:
        raise not_serializable("programType")
    return str(name)


def opt_in(world: World, call: Call) -> Reply:
    """After the day that eBay says it may take. That a second request meanwhile is a conflict too is our choice."""
    seller, name = call.seller, _program(call)
    if name in seller.programs or name in seller.programs_asked:
        raise _asked_already()
    seller.programs_asked.add(name)

    def processed() -> None:
        if name in seller.programs_asked:
            seller.programs_asked.remove(name)
            seller.programs.add(name)

    world.postpone(world.limits.number("program_opt_in_s"), processed)
    return Reply(200, {})


def _asked_already() -> EbayError:
    """The id is the Inventory API's too, in other words (sell_account 1.9.3, optInToProgram: "{fieldName} already exists.")."""
    error, text = EbayError(25803, status=409), "programType already exists."
    error.entry |= {"domain": "API_ACCOUNT", "category": "BUSINESS", "message": text, "longMessage": text}
    error.entry.pop("subdomain", None)
    return error


def opt_out(world: World, call: Call) -> Reply:
    name = _program(call)
    if name not in call.seller.programs:
        raise EbayError(20404, status=404)
    call.seller.programs.remove(name)
    return Reply(200, {})


def privileges(world: World, call: Call) -> Reply:
    body: dict[str, Any] = {"sellerRegistrationCompleted": not call.seller.suspended}
    limit = call.seller.selling_limit
    if limit is not None:
        body["sellingLimit"] = {}
        if limit.quantity is not None:
            body["sellingLimit"]["quantity"] = limit.quantity
        if limit.amount is not None:
            body["sellingLimit"]["amount"] = {"value": limit.amount, "currency": limit.currency}
    return Reply(200, body)


def who_am_i(world: World, call: Call) -> Reply:
    seller = call.seller
    return Reply(
        200,
        {
            "userId": seller.user_id,
            "username": seller.username,
            "accountType": "BUSINESS",
            "registrationMarketplaceId": seller.registration_marketplace_id,
            "status": "ACCOUNTONHOLD" if seller.suspended else "CONFIRMED",
        },
    )


def rate_limits(world: World, call: Call) -> Reply:
    """Today's counts of this application, per API; `api_context` and `api_name` narrow them."""
    rows: list[dict[str, Any]] = []
    for api, limit in world.limits.values["per_day"].items():
        context, _, name = api.partition(".")
        if call.query.get("api_context", context) != context or call.query.get("api_name", name) != name:
            continue
        count = world.budget.count(api)
        rate = {
            "count": count,
            "limit": limit,
            "remaining": max(0, limit - count),
            "reset": iso(world.limits.next_reset(world.now())),
            "timeWindow": 86400,
        }
        rows.append(
            {"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [{"name": api, "rates": [rate]}]}
        )
    return Reply(200, {"rateLimits": rows}) if rows else Reply(204)


def _inventory(name: str, method: str, path: str, handle: Any) -> Operation:
    scopes = READ if method == "GET" else WRITE
    return Operation(name, method, f"{BASE}{path}", handle, "sell.inventory", scopes)


def _account(name: str, method: str, path: str, handle: Any) -> Operation:
    scopes = _ACCOUNT_READ if method == "GET" else _ACCOUNT_WRITE
    return Operation(name, method, f"{_ACCOUNT}{path}", handle, "sell.account", scopes)


_ANALYTICS = "/developer/analytics/v1_beta"
OPERATIONS = (
    _inventory("getInventoryLocations", "GET", "/location", get_locations),
    _inventory("getInventoryLocation", "GET", "/location/{merchantLocationKey}", get_location),
    _inventory("createInventoryLocation", "POST", "/location/{merchantLocationKey}", create_location),
    _account("getFulfillmentPolicies", "GET", "/fulfillment_policy", _policies("fulfillment", "fulfillmentPolicies")),
    _account("getPaymentPolicies", "GET", "/payment_policy", _policies("payment", "paymentPolicies")),
    _account("getReturnPolicies", "GET", "/return_policy", _policies("return", "returnPolicies")),
    _account("getOptedInPrograms", "GET", "/program/get_opted_in_programs", opted_in),
    _account("optInToProgram", "POST", "/program/opt_in", opt_in),
    _account("optOutOfProgram", "POST", "/program/opt_out", opt_out),
    _account("getPrivileges", "GET", "/privilege", privileges),
    Operation("getUser", "GET", "/commerce/identity/v1/user/", who_am_i, "commerce.identity", _IDENTITY),
    Operation("getRateLimits", "GET", f"{_ANALYTICS}/rate_limit/", rate_limits, "developer.analytics", APPLICATION),
    Operation("getUserRateLimits", "GET", f"{_ANALYTICS}/user_rate_limit/", rate_limits, "developer.analytics", READ),
)
