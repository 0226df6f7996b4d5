"""`/v1/sales-lists/{id}/items`: what is in a sales list."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.parameters import LIMIT, Cursor, SalesListPath
from listbridge.admin.product_choices import choice_of, refuse_mirrored, usable
from listbridge.admin.row_ids import item_key
from listbridge.admin.schemas import AddItems, PreviewBody
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import ItemView, ListingView, ProblemView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import Account, SalesList, SalesListMode, Shop
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.services.listings.items.add_chosen import start_adding_chosen
from listbridge.services.listings.items.add_items import start_adding
from listbridge.services.listings.items.remove_items import remove_items
from listbridge.services.listings.publish.preview import Previewed, preview_products
from listbridge.services.refusal import Refused

router = new_router()
_TAGS = ["items"]


class ItemsPage(Shape):
    """A page of a sales list's items; without a cursor it is the last."""

    items: list[ItemView]
    """The items of this page."""
    cursor: str | None


class FieldProblemView(Shape):
    """One thing that would be refused, and the field in which to fix it. Without a SKU it is about the whole
    product."""

    field: str
    """The field of the product or of the creation profile in which to fix it."""
    sku: str | None
    """The SKU of the variant concerned; null when it is about the whole product."""
    problem: ProblemView
    """What the marketplace would refuse, and what would help."""


class PreviewedProduct(Shape):
    """A product as its marketplace would meet it; without problems it would be sent as it is."""

    product: str
    title: str
    problems: list[FieldProblemView]
    """What the marketplace would refuse; empty when it would be sent as it is."""
    fee: str | None = None
    """What the marketplace charges for putting it on sale, whether it sells or not, as `0.20 USD`; null where that is free."""

    @classmethod
    def of(cls, one: Previewed) -> PreviewedProduct:
        problems = [
            FieldProblemView(field=found.field, sku=found.sku, problem=ProblemView.of(found.problem))
            for found in one.problems
        ]
        fee = str(one.fee) if one.fee is not None else None
        return cls(product=one.product, title=one.title, problems=problems, fee=fee)


class PreviewView(Shape):
    """Products in the order in which they were asked for."""

    products: list[PreviewedProduct]
    """The products, in the order in which they were asked for."""


@router.get(
    "/sales-lists/<list_id>/items",
    summary="What is in a sales list",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_items(
    list_id: SalesListPath, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 100
) -> ItemsPage:
    """Lists one row for each variant: with its listing, or with the reason why it has none. What left a list's collections
    is no longer in it, also while its listing is on sale (`detached` of `GET /v1/listings`); a page may be short of it."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, _sales_list(list_id).account)
    shop = deps.configuration.get(Shop, account.shop)
    items, following = deps.items.of_list(_sales_list(list_id).id, opened(router, cursor), limit)
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    views = []
    for item in items:
        row = rows.get(item.listing) if item.listing is not None else None
        if row is not None and row.detached is not None:
            continue
        views.append(ItemView.of(item, ListingView.of(row, account, shop) if row is not None else None))
    return ItemsPage(items=views, cursor=sealed(router, following))


@router.post(
    "/sales-lists/<list_id>/items",
    summary="Add products",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def add_items(list_id: SalesListPath, body: AddItems) -> JobStarted:
    """Starts a job that reads each product from the shop and makes a listing of each variant. Nothing is sent yet.

    The products are named by their ids, or they are all that the shop has of a choice, as it is when the job begins.
    """
    deps, actor, sales_list = deps_of(router), actor_of(router), _sales_list(list_id)
    choice = choice_of(body)
    refuse_mirrored(sales_list, choice)
    if choice is None:
        return JobStarted(job=JobView.of(start_adding(deps, sales_list, body.products or (), actor)))
    with usable(choice):
        return JobStarted(job=JobView.of(start_adding_chosen(deps, sales_list, choice, actor)))


@router.post(
    "/sales-lists/<list_id>/preview",
    summary="What would the marketplace refuse?",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def preview(list_id: SalesListPath, body: PreviewBody) -> PreviewView:
    """Reads products from the shop and says, field by field, what the list's marketplace would refuse of them. Nothing
    is stored and nothing is sent, whether they are in the list or not."""
    previewed = preview_products(deps_of(router), _sales_list(list_id), body.products)
    return PreviewView(products=[PreviewedProduct.of(one) for one in previewed])


@router.delete(
    "/sales-lists/<list_id>/items/<item_id>",
    summary="Remove an item from a sales list",
    tags=_TAGS,
    status_code=204,
    openapi_extensions=open_to(Group.OPERATOR),
)
def delete_item(list_id: SalesListPath, item_id: Annotated[str, Path(description="The item's `id`, opaque.")]) -> None:
    """Removes an item that is not live; for a live one use the action `remove`. The next list that waits for the SKU
    takes it over."""
    deps, sales_list = deps_of(router), _sales_list(list_id)
    item = deps.items.find(sales_list.id, item_key(item_id))
    if item is None:
        raise Missing("item", item_id)
    row = deps.listings.get_many([item.listing]).get(item.listing) if item.listing is not None else None
    if sales_list.mode is SalesListMode.COLLECTION and (row is None or row.detached is None):
        raise Refused(Problem("list_follows_collections", {"list": sales_list.name}, "edit_collections"))
    for problem in remove_items(deps, sales_list, [item], actor_of(router)).values():
        raise Refused(problem)


def _sales_list(id: str) -> SalesList:
    return deps_of(router).configuration.get(SalesList, id)
