"""`/v1/sku-mappings`: which SKU of the shop a marketplace's SKU stands for, where the two differ."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.errors import InvalidFields
from listbridge.admin.parameters import LIMIT, Cursor
from listbridge.admin.row_ids import mapping_id, mapping_key
from listbridge.admin.schemas import SkuMappingDraft
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import FieldView
from listbridge.admin.views.jobs import JobView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.services.listings.linking.map_sku import delete_mapping, save_mapping

router = new_router()
_TAGS = ["SKU mappings"]


class SkuMappingView(Shape):
    """A pair of SKUs that stand for the same."""

    id: str
    """The mapping's id, opaque."""
    account: str | None
    """The id of the account for which it holds; null for all accounts."""
    marketplace_sku: str
    """The SKU on the marketplace."""
    shop_sku: str
    """The SKU in the shop."""

    @classmethod
    def of(cls, mapping: SkuMapping) -> SkuMappingView:
        return cls(
            id=mapping_id(mapping),
            account=mapping.account,
            marketplace_sku=mapping.marketplace_sku,
            shop_sku=mapping.shop_sku,
        )


class SkuMappingsPage(Shape):
    """A page of mappings, by the marketplace's SKU; without a cursor it is the last."""

    sku_mappings: list[SkuMappingView]
    """The mappings of this page."""
    cursor: str | None


class SkuMappingSaved(Shape):
    """The mapping as it is saved, and the job that does what follows from it."""

    sku_mapping: SkuMappingView
    """The mapping, in force from now on."""
    job: JobView
    """The job that gives items of this SKU that were never sent the marketplace's SKU, and tries orders again that missed the
    product."""


@router.get("/sku-mappings", summary="SKU mappings", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_sku_mappings(
    account: Annotated[
        str | None, Query(min_length=1, description="Of the account with this id; absent for those that hold for all.")
    ] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500, description=LIMIT)] = 200,
) -> SkuMappingsPage:
    """Lists the mappings of one account, or those that hold for all accounts."""
    deps = deps_of(router)
    of = AccountId(account) if account is not None else None
    page, following = deps.sku_mappings.page(of, opened(router, cursor), limit)
    return SkuMappingsPage(sku_mappings=[SkuMappingView.of(one) for one in page], cursor=sealed(router, following))


@router.post(
    "/sku-mappings",
    summary="Save a SKU mapping",
    tags=_TAGS,
    status_code=201,
    openapi_extensions=open_to(Group.OPERATOR),
)
def save_sku_mapping(draft: SkuMappingDraft) -> SkuMappingSaved:
    """Saves a pair, in place of what the marketplace's SKU stood for in the same account or for all. What is live keeps its SKU."""
    deps = deps_of(router)
    if draft.account is not None:
        account = deps.configuration.get(Account, draft.account)
        longest = deps.marketplaces.traits(account).max_sku_length
        if len(draft.marketplace_sku) > longest:
            text = f"is longer than the {longest} characters that the marketplace takes"
            raise InvalidFields([FieldView(field="marketplace_sku", text=text)])
    mapping = SkuMapping(draft.marketplace_sku, draft.shop_sku, draft.account)
    job = save_mapping(deps, mapping, actor_of(router))
    return SkuMappingSaved(sku_mapping=SkuMappingView.of(mapping), job=JobView.of(job))


@router.delete(
    "/sku-mappings/<mapping_id>",
    summary="Delete a SKU mapping",
    tags=_TAGS,
    status_code=204,
    openapi_extensions=open_to(Group.OPERATOR),
)
def delete_sku_mapping(mapping_id: Annotated[str, Path(description="The mapping's `id`, opaque.")]) -> None:
    """Deletes a pair. Listings that were made or linked by it stay as they are."""
    account, sku = mapping_key(mapping_id)
    delete_mapping(deps_of(router), account, sku, actor_of(router))
