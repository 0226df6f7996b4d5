"""Orders of the simulated shop through its API: what the tests of them share."""

from __future__ import annotations

from typing import Any

from tests.contract.simulators.shopify_simulator_client import Shop

CREATE = """
mutation C($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name displayFinancialStatus totalPriceSet { shopMoney { amount currencyCode } } }
    userErrors { field code message }
  }
}
"""
TOTALS = """
query T($id: ID!) { order(id: $id) {
  displayFinancialStatus displayFulfillmentStatus
  subtotalPriceSet { ...M } totalShippingPriceSet { ...M } totalTaxSet { ...M } totalDiscountsSet { ...M }
  totalPriceSet { ...M } currentTotalPriceSet { ...M } totalOutstandingSet { ...M } totalRefundedSet { ...M }
} }
fragment M on MoneyBag { shopMoney { amount } }
"""
DEFINE = """
mutation D($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { code } }
}
"""
STRICT = """
query B($value: String!) {
  orderByIdentifier(identifier: { customId: { namespace: "sync", key: "ref", value: $value } }) { id }
}
"""
SEARCH = "query Q($q: String!) { orders(first: 20, query: $q, sortKey: ID) { nodes { id name } } }"


def bag(amount: str, currency: str = "EUR", shown: tuple[str, str] | None = None) -> dict[str, Any]:
    """A MoneyBagInput; `shown` is amount and currency of the presentment money."""
    told: dict[str, Any] = {"shopMoney": {"amount": amount, "currencyCode": currency}}
    if shown:
        told["presentmentMoney"] = {"amount": shown[0], "currencyCode": shown[1]}
    return told


def line(price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A line without a variant."""
    return {"title": "Thing", "quantity": quantity, "priceSet": bag(price)} | more


def tax(amount: str | None, rate: str = "0.19", **more: Any) -> dict[str, Any]:
    return {"title": "VAT", "rate": rate, "priceSet": bag(amount) if amount else None} | more


def create(shop: Shop, *lines: dict[str, Any], **order: Any) -> str:
    """The id of an order that must be made; `behaviour` is the inventoryBehaviour."""
    behaviour = order.pop("behaviour", None)
    options = {"inventoryBehaviour": behaviour} if behaviour else None
    made = shop.data(CREATE, order={"lineItems": list(lines), **order}, options=options)["orderCreate"]
    assert made["userErrors"] == []
    number: str = made["order"]["id"]
    return number


def refused(shop: Shop, *lines: dict[str, Any], **order: Any) -> list[tuple[str, str]]:
    """Code and field of what was wrong with an order; none was made by it."""
    before = len(shop.simulator.world.live.orders)
    told = shop.data(CREATE, order={"lineItems": list(lines), **order})["orderCreate"]
    assert told["order"] is None
    assert len(shop.simulator.world.live.orders) == before
    return [(one["code"], ".".join(one["field"])) for one in told["userErrors"]]


def totals(shop: Shop, order_id: str) -> dict[str, str]:
    """Subtotal, shipping, tax, discounts, total, current, outstanding and refunded in the order's currency, and the status."""
    told = shop.data(TOTALS, id=order_id)["order"]
    names = {
        "subtotal": "subtotalPriceSet",
        "shipping": "totalShippingPriceSet",
        "tax": "totalTaxSet",
        "discounts": "totalDiscountsSet",
        "total": "totalPriceSet",
        "current": "currentTotalPriceSet",
        "outstanding": "totalOutstandingSet",
        "refunded": "totalRefundedSet",
    }
    amounts = {ours: f"{float(told[theirs]['shopMoney']['amount']):.2f}" for ours, theirs in names.items()}
    return amounts | {"status": told["displayFinancialStatus"]}


def variant_line(shop: Shop, sku: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    number = shop.deeds.variant(sku=sku).id
    return {"variantId": f"gid://shopify/ProductVariant/{number}", "quantity": quantity} | more


def marked(value: str) -> list[dict[str, str]]:
    return [{"namespace": "sync", "key": "ref", "type": "id", "value": value}]


def define_mark(shop: Shop) -> list[str]:
    """Define the unique metafield lb.ref; the codes of what was wrong with that."""
    wanted = {"namespace": "sync", "key": "ref", "name": "Ref", "ownerType": "ORDER", "type": "id"}
    told = shop.data(DEFINE, definition=wanted)["metafieldDefinitionCreate"]
    return [one["code"] for one in told["userErrors"]]


def found(shop: Shop, query: str) -> list[str]:
    """The ids a search finds."""
    return [one["id"] for one in shop.data(SEARCH, q=query)["orders"]["nodes"]]


def stock(shop: Shop, sku: str) -> int:
    return shop.simulator.world.live.quantity(shop.deeds.variant(sku=sku))
