"""`/v1/orders`: what sold on the marketplaces, what became of it in the shop, and what the seller does by hand."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router, sees_buyers
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.errors import InvalidFields
from listbridge.admin.order_filters import (
    Attention,
    Cancelled,
    FromBuyer,
    InState,
    Paid,
    PlacedBefore,
    PlacedFrom,
    Refunded,
    Search,
    SentBy,
    Shipped,
    ShopOrder,
    WithSku,
)
from listbridge.admin.parameters import LIMIT, Cursor, OfAccount, OrderPath
from listbridge.admin.row_ids import order_key
from listbridge.admin.schemas import ChosenProduct
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.orders import OrderDetailsView, OrderView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, LineId, OrderKey, VariantKey
from listbridge.services.desk.explain_order import OrderPages, explain_order
from listbridge.services.desk.list_orders import OrderFilter, page_of_orders
from listbridge.services.orders import export_order
from listbridge.services.orders.dismiss_notice import dismiss_notice
from listbridge.services.orders.order_rows import order_of

router = new_router()
_TAGS = ["orders"]
_LOG = 100


class OrdersPage(Shape):
    """A page of orders; without a cursor it is the last. A page may be short, or empty, before the last."""

    orders: list[OrderView]
    """The orders of this page."""
    cursor: str | None


@router.get("/orders", summary="Orders", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_orders(
    account: OfAccount = None,
    state: InState = None,
    attention: Attention = None,
    payment: Paid = None,
    shipment: Shipped = None,
    fulfilled_by: SentBy = None,
    refunded: Refunded = None,
    cancelled: Cancelled = None,
    sku: WithSku = None,
    shop_order: ShopOrder = None,
    buyer: FromBuyer = None,
    placed_from: PlacedFrom = None,
    placed_before: PlacedBefore = None,
    search: Search = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 50,
) -> OrdersPage:
    """Lists the orders of one account or of all, the newest first. Only orders that pass every filter are listed.
    Viewers see no buyers, and cannot look for one."""
    deps = deps_of(router)
    if buyer and not sees_buyers(router):
        raise InvalidFields([FieldView(field="buyer", text="needs the group operator")])
    if placed_from and placed_before and placed_from >= placed_before:
        raise InvalidFields([FieldView(field="placed_before", text="is not after placed_from")])
    wanted = OrderFilter(
        account=AccountId(account) if account else None,
        state=state,
        attention=attention,
        payment=payment,
        shipment=shipment,
        text=(search or "").strip(),
        fulfilled_by=fulfilled_by,
        refunded=refunded,
        cancelled=cancelled,
        sku=sku or "",
        shop_order=(shop_order or "").strip(),
        buyer=(buyer or "").strip(),
        placed_from=placed_from,
        placed_before=placed_before,
    )
    rows, following = page_of_orders(deps, wanted, opened(router, cursor), limit)
    accounts = {row.key.account: deps.configuration.get(Account, row.key.account) for row in rows}
    buyers = deps.orders.buyers([row.key for row in rows]) if sees_buyers(router) else {}
    pages = OrderPages(deps)
    views = [OrderView.of(row, accounts[row.key.account], pages, buyers.get(row.key)) for row in rows]
    return OrdersPage(orders=views, cursor=sealed(router, following))


@router.get("/orders/<order_id>", summary="One order", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_order(order_id: OrderPath) -> OrderDetailsView:
    """Its lines and what they are matched to, amounts, buyer, parcels, what it holds of the stock, and its log. Viewers
    see no buyer."""
    return _details(order_key(order_id))


@router.post(
    "/orders/<order_id>/export",
    summary="Export an order to the shop",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def export(order_id: OrderPath) -> OrderDetailsView:
    """Creates the shop order, whether automatic creation is on or off; asked twice, it is created once. What prevents
    it (a missing product, an unpaid order) still does, and is the answer's `reason`."""
    key = order_key(order_id)
    export_order.export_order(deps_of(router), key, actor_of(router))
    return _details(key)


@router.post(
    "/orders/<order_id>/handled-outside",
    summary="Mark an order as handled outside",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def handled_outside(order_id: OrderPath) -> OrderDetailsView:
    """The seller handled the order elsewhere: it is not created, and releases its stock. Export reverses that."""
    key = order_key(order_id)
    export_order.leave_order(deps_of(router), key, actor_of(router))
    return _details(key)


@router.delete(
    "/orders/<order_id>/notices/<code>",
    summary="Dismiss a notice",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def take_notice_off(
    order_id: OrderPath, code: Annotated[str, Path(description="The notice's `code`.")]
) -> OrderDetailsView:
    """Removes a notice that somebody has seen. It comes back when Listbridge finds the same again."""
    key = order_key(order_id)
    dismiss_notice(deps_of(router), key, code, actor_of(router))
    return _details(key)


@router.put(
    "/orders/<order_id>/lines/<line_id>/product",
    summary="Choose a line's product",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def choose_product(
    order_id: OrderPath, line_id: Annotated[str, Path(description="The line's `id`.")], body: ChosenProduct
) -> OrderDetailsView:
    """Sets the shop's variant that this line stands for. An order that failed is tried again at once."""
    deps, key = deps_of(router), order_key(order_id)
    variant = VariantKey(order_of(deps, key).shop, body.product, body.variant)
    export_order.choose_product(deps, key, LineId(line_id), variant, actor_of(router))
    return _details(key)


def _details(key: OrderKey) -> OrderDetailsView:
    deps, shown = deps_of(router), sees_buyers(router)
    story = explain_order(deps, key, with_buyer=shown, log=_LOG)
    return OrderDetailsView.about(story, OrderPages(deps), buyer_hidden=not shown)
