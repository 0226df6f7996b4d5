"""`/v1/sales-lists`: which products go to one account and site, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.chosen import chosen, found
from listbridge.admin.document_pages import Limit, page_of
from listbridge.admin.errors import InvalidFields, fields_checked
from listbridge.admin.parameters import Cursor, SalesListPath
from listbridge.admin.patches import SalesListPatch
from listbridge.admin.row_ids import item_key
from listbridge.admin.schemas import ActionBody, SalesListDraft
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import CollectionId, SalesListId, new_id
from listbridge.services.configuration import edit_configuration
from listbridge.services.configuration.chosen_collections import UnfitCollections
from listbridge.services.listings.act.act_on_listings import Ask, act_on_all, act_on_items
from listbridge.services.listings.act.selection import Scope, named_items

router = new_router()
_TAGS = ["sales lists"]


class SalesListsView(Shape):
    """Sales lists, by id; without a cursor it is the last page."""

    sales_lists: list[SalesList]
    """The sales lists of this page."""
    cursor: str | None


@router.get("/sales-lists", summary="All sales lists", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_sales_lists(cursor: Cursor = None, limit: Limit = 200) -> SalesListsView:
    """Lists every sales list."""
    page, following = page_of(router, SalesList, cursor, limit)
    return SalesListsView(sales_lists=page, cursor=following)


@router.post(
    "/sales-lists",
    summary="Create a sales list",
    tags=_TAGS,
    status_code=201,
    openapi_extensions=open_to(Group.OPERATOR),
)
def create_sales_list(draft: SalesListDraft) -> SalesList:
    """Creates a list for one account and site. Both stay as they are for its whole life, and so does its mode: a list in
    product mode is empty, one in collection mode is filled by a job from the shop's collections that it names."""
    with fields_checked():
        sales_list = SalesList(**draft.model_dump(), id=SalesListId(new_id("list")))
    with _collections_checked(sales_list.collections):
        return edit_configuration.create_sales_list(deps_of(router), sales_list, actor_of(router))


@router.get("/sales-lists/<list_id>", summary="One sales list", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_sales_list(list_id: SalesListPath) -> SalesList:
    """Shows one sales list."""
    return _sales_list(list_id)


@router.patch(
    "/sales-lists/<list_id>",
    summary="Edit a sales list",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def patch_sales_list(list_id: SalesListPath, patch: SalesListPatch) -> JobStarted:
    """Proposes an edit: a job counts what other rules would change on the list's live listings. Other collections are read
    by a job of their own, which counts what leaves."""
    before = _sales_list(list_id)
    with fields_checked():
        after = edit_configuration.edited(before, patch.changes(), patch.rev)
    with _collections_checked(after.collections):
        job = edit_configuration.propose_sales_list(deps_of(router), before, after, actor_of(router))
    return JobStarted(job=JobView.of(job))


@router.delete("/sales-lists/<list_id>", summary="Delete a sales list", tags=_TAGS, status_code=204)
def delete_sales_list(list_id: SalesListPath) -> None:
    """Deletes an empty sales list."""
    edit_configuration.delete_sales_list(deps_of(router), _sales_list(list_id), actor_of(router))


@router.post(
    "/sales-lists/<list_id>/actions",
    summary="Act on listings",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def act(list_id: SalesListPath, body: ActionBody) -> JobStarted:
    """Send, revise, align, stop, relist, remove, link, unlink: a job with one entry per listing.

    What is sent, linked, revised in full, stopped or relisted is a product with all its variants in the list: on the
    marketplace they are one listing. More than 500 items are chosen by the job itself, before anything of it begins.
    """
    deps, sales_list = deps_of(router), _sales_list(list_id)
    account = deps.configuration.get(Account, sales_list.account)
    field, which = chosen(body)
    ask = Ask(body.action, actor_of(router), dry_run=body.dry_run, field=field)
    if isinstance(which, list):
        items = found(field, which, item_key, partial(named_items, deps, sales_list))
        ids = {item_key(item): id.strip().upper() for item, id in (body.catalogue_ids or {}).items()}
        ask = replace(ask, catalogue_ids=ids)
        job = act_on_items(deps, account, items, ask, sales_list=sales_list.id)
    else:
        job = act_on_all(deps, Scope(account, sales_list.id, which), ask)
    return JobStarted(job=JobView.of(job))


@contextmanager
def _collections_checked(named: Sequence[CollectionId]) -> Iterator[None]:
    """Name the field of each collection that cannot be the list's."""
    try:
        yield
    except UnfitCollections as unfit:
        fields = [
            FieldView(field=f"collections.{named.index(id)}", text=reason) for id, reason in unfit.reasons.items()
        ]
        raise InvalidFields(fields) from None


def _sales_list(id: str) -> SalesList:
    return deps_of(router).configuration.get(SalesList, id)
