"""`/v1/accounts/{account}/inventory`: what an account has on its marketplace, matched with the shop, and linked."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge import registry
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.errors import InvalidFields
from listbridge.admin.parameters import LIMIT, AccountPath, Cursor, OnSite
from listbridge.admin.row_ids import line_name
from listbridge.admin.schemas import InventoryBody, LinkingBody
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.inventory import InventoryCounts, InventoryLineView, InventoryPage
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.configuration import Account, SalesList, SalesListMode
from listbridge.domain.ids import Site
from listbridge.domain.job_params import InventoryParams
from listbridge.domain.jobs import Job
from listbridge.domain.listings.inventory import MatchState
from listbridge.domain.ports import Missing
from listbridge.services.listings.linking.inventory_lines import begins_with
from listbridge.services.listings.linking.link_inventory import start_linking
from listbridge.services.listings.linking.read_inventory import latest_inventory, start_inventory

router = new_router()
_TAGS = ["accounts"]


@router.post(
    "/accounts/<account_id>/inventory",
    summary="Read what an account has on its marketplace",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def read_inventory(account_id: AccountPath, body: InventoryBody) -> JobStarted:
    """A job reads all that the account has on a site, and matches it with the shop by SKU, SKU mapping and barcode. Nothing
    is written there."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, account_id)
    _refuse_unknown_site(account, body.site)
    return JobStarted(job=JobView.of(start_inventory(deps, account, body.site, actor_of(router))))


@router.get(
    "/accounts/<account_id>/inventory",
    summary="What an account has on its marketplace",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_inventory(
    account_id: AccountPath,
    site: OnSite,
    state: Annotated[MatchState, Query(description="Only lines in this state.")] = MatchState.MATCHED,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 100,
) -> InventoryPage:
    """Shows the inventory that was read last, a state at a time. It is kept for ninety days; reading it again replaces it."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, account_id)
    start = opened(router, cursor)
    job = _latest(account, Site(site))
    entries, following = deps.jobs.entries(job.id, start, limit, begins=begins_with(state))
    return InventoryPage(
        job=job.id,
        read_at=job.created_at,
        counts=InventoryCounts.of(job.params_of(InventoryParams).counts),
        lines=InventoryLineView.all(account.id, Site(site), entries, deps.listings),
        cursor=sealed(router, following),
    )


@router.post(
    "/accounts/<account_id>/inventory/links",
    summary="Link what an inventory matched",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def link_inventory(account_id: AccountPath, body: LinkingBody) -> JobStarted:
    """A job links the lines to the shop's variants. The marketplace goes on showing what it shows: a linked listing waits with the
    hold `not_aligned` until it is aligned, updated by hand, or its variant changes in the shop."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, account_id)
    _refuse_unknown_site(account, body.site)
    sales_list = deps.configuration.get(SalesList, body.sales_list) if body.sales_list is not None else None
    if sales_list is not None:
        _refuse_other_lists(account, body.site, sales_list)
    lines = None if body.lines == "all" else [_line(n, id) for n, id in enumerate(body.lines)]
    inventory = _latest(account, body.site)
    return JobStarted(job=JobView.of(start_linking(deps, account, inventory, lines, sales_list, actor_of(router))))


def _line(number: int, id: str) -> str:
    try:
        return line_name(id)
    except Missing:
        raise InvalidFields([FieldView(field=f"lines.{number}", text="is no line of an inventory")]) from None


def _latest(account: Account, site: Site) -> Job:
    """Raises Missing where nothing was read yet, or where it is no longer kept."""
    job = latest_inventory(deps_of(router), account, site)
    if job is None:
        raise Missing("inventory", f"{account.id} {site}")
    return job


def _refuse_unknown_site(account: Account, site: Site) -> None:
    if site not in registry.marketplace(account.marketplace).sites:
        raise InvalidFields([FieldView(field="site", text=f"no such site: {site}")])
    if account.sites and site not in account.sites:
        raise InvalidFields([FieldView(field="site", text=f"the account does not sell on {site}")])


def _refuse_other_lists(account: Account, site: Site, sales_list: SalesList) -> None:
    if (sales_list.account, sales_list.site) != (account.id, site):
        raise InvalidFields([FieldView(field="sales_list", text="sells for another account or on another site")])
    if sales_list.mode is not SalesListMode.PRODUCT:
        text = "the list has the products of its collections; name one in product mode, or none"
        raise InvalidFields([FieldView(field="sales_list", text=text)])
