"""`/v1/shops`: connected stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin import platform_forms
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.document_pages import Limit, page_of
from listbridge.admin.errors import fields_checked
from listbridge.admin.parameters import LIMIT, Cursor, ShopPath
from listbridge.admin.patches import ShopPatch
from listbridge.admin.row_ids import item_id, items_of, listing_id
from listbridge.admin.schemas import NewCredentials, RelinkBody, ShopDraft
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import ConsentPage, MoneyView, ProblemView, ShopView
from listbridge.admin.views.jobs import JobStarted, JobView
from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey, VariantKey
from listbridge.services.catalog import sweep_shop
from listbridge.services.configuration import connect_shop
from listbridge.services.configuration.credentials import SHOPS, fields_set
from listbridge.services.configuration.edit_configuration import edited, propose_shop
from listbridge.services.configuration.hand_over import begin_hand_over
from listbridge.services.listings.act.relink import Relinked, relink_product
from listbridge.services.listings.mirror.mirror_collections import lists_of

router = new_router()
_TAGS = ["shops"]


class ShopsView(Shape):
    """Shops, by id; without a cursor it is the last page."""

    shops: list[ShopView]
    """The shops of this page."""
    cursor: str | None


class ShopCheckView(Shape):
    """A shop, who it says it is, and whether it calls us."""

    shop: ShopView
    """The shop, as it is now."""
    domain: str
    """The shop's own address; empty while the shop waits for consent."""
    locations: dict[str, str]
    """The names of the shop's locations, by id."""
    hooks: dict[str, tuple[str, ...]] | None
    """The topics of the shop's webhooks: `healthy`, `created` and `removed`; null when the shop was not asked."""
    hooks_problem: ProblemView | None
    """Why the shop may not call Listbridge now; null when nothing is known to prevent it."""
    access_problem: ProblemView | None
    """The permissions that are missing, where products and stock can be read without them; null for none."""


class RelinkedListing(Shape):
    """One listing whose product was gone: linked to the new one, or the reason why not."""

    id: str
    """The listing's `id`."""
    item: str | None
    """The `id` of the listing's item, the new one once it is linked; null when there is none."""
    account: str
    site: str
    sku: str
    problem: ProblemView | None
    """Why the listing was not linked; null when it was."""

    @classmethod
    def of(cls, relinked: Relinked, items: Mapping[ListingKey, str]) -> RelinkedListing:
        key = relinked.listing
        return cls(
            id=listing_id(key),
            item=items.get(key),
            account=key.account,
            site=key.site,
            sku=key.sku,
            problem=ProblemView.maybe(relinked.problem),
        )


class RelinkedView(Shape):
    """What became of each listing that has one of the product's SKUs and had lost its own product."""

    listings: list[RelinkedListing]
    """Every listing concerned."""


class PickedVariant(Shape):
    """One variant of a product in the picker."""

    id: str
    """The variant's id in the shop."""
    item: str
    """The id under which sales lists have it, or would."""
    sku: str
    title: str
    price: MoneyView | None
    """The shop's price; null when the shop has none."""
    stock: int | None
    """How many units the shop has; null when it does not count them."""


class PickedProduct(Shape):
    """One product in the picker, with the sales lists that have it already."""

    id: str
    """The product's id in the shop."""
    title: str
    visibility: Visibility
    """Whether buyers of the shop can see the product; unless it is `visible`, quantity 0 is shown everywhere."""
    variants: list[PickedVariant]
    """The product's variants."""
    sales_lists: list[str]
    """The ids of the sales lists that have the product already."""


class CollectionView(Shape):
    """One collection of a shop, with the sales lists that follow it already."""

    id: str
    """The collection's id in the shop."""
    name: str
    """The collection's name, as the shop's seller knows it."""
    rule_based: bool | None
    """Whether rules of the shop fill it, and not the seller by hand; null where the shop does not say."""
    members: int | None
    """How many products are in it; null where the shop does not count them."""
    sales_lists: list[str]
    """The ids of the sales lists that follow the collection."""


class CollectionsView(Shape):
    """A shop's collections; without a cursor it is the last page."""

    collections: list[CollectionView]
    """The collections of this page."""
    cursor: str | None


class PickedProducts(Shape):
    """Products found in a shop."""

    products: list[PickedProduct]
    """The products of this page."""
    cursor: str | None


@router.get("/shops", summary="All shops", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_shops(cursor: Cursor = None, limit: Limit = 200) -> ShopsView:
    """Lists every connected shop. Credentials are never shown, only which of them are set."""
    page, following = page_of(router, Shop, cursor, limit)
    return ShopsView(shops=[_view(shop) for shop in page], cursor=following)


@router.post("/shops", summary="Connect a shop", tags=_TAGS, status_code=201)
def create_shop(draft: ShopDraft) -> ShopCheckView:
    """Asks the shop who it is before anything is stored, then asks it to call us. By consent, the shop waits until it
    has handed over its credentials, and Listbridge knows nothing about it before."""
    platform_forms.known_platform("shops", draft.platform, field="platform")
    settings = platform_forms.checked_settings("shops", draft.platform, draft.settings)
    credentials = platform_forms.checked_credentials("shops", draft.platform, draft.credentials)
    shop = Shop(
        id=connect_shop.new_shop_id(),
        name=draft.name,
        platform=draft.platform,
        locations=draft.locations,
        settings=settings,
        currency=connect_shop.CURRENCY_UNKNOWN,
    )
    deps, actor = deps_of(router), actor_of(router)
    if draft.connect == "by_consent":
        platform_forms.refuse_without_hand_over("shops", draft.platform)
        return _waiting_view(connect_shop.prepare_shop(deps, shop, credentials, actor))
    return _check_view(connect_shop.connect_shop(deps, shop, credentials, actor))


@router.get("/shops/<shop_id>", summary="One shop", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_shop(shop_id: ShopPath) -> ShopView:
    """Shows one shop as it is now."""
    return _view(_shop(shop_id))


@router.patch("/shops/<shop_id>", summary="Edit a shop", tags=_TAGS, status_code=202)
def patch_shop(shop_id: ShopPath, patch: ShopPatch) -> JobStarted:
    """Proposes an edit: other locations move stock, so a job first counts what the edit would change."""
    before = _shop(shop_id)
    check = platform_forms.settings_check("shops", before.platform, before.settings, patch.settings)
    with fields_checked():
        after = edited(before, patch.changes(), patch.rev, settings=check)
    return JobStarted(job=JobView.of(propose_shop(deps_of(router), before, after, actor_of(router))))


@router.delete("/shops/<shop_id>", summary="Disconnect a shop", tags=_TAGS, status_code=204)
def delete_shop(shop_id: ShopPath) -> None:
    """Disconnects a shop for which no account sells, and deletes its credentials."""
    connect_shop.disconnect_shop(deps_of(router), _shop(shop_id), actor_of(router))


@router.post(
    "/shops/<shop_id>/relink",
    summary="Re-link a product that was created again",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def relink(shop_id: ShopPath, body: RelinkBody) -> RelinkedView:
    """Gives this product all listings that have one of its SKUs and whose own product is gone from the shop, in every
    sales list at once. What ended with the old product goes back on sale."""
    deps, actor = deps_of(router), actor_of(router)
    done = relink_product(deps, _shop(shop_id), body.product, actor)
    items = items_of(deps.listings, [one.listing for one in done])
    return RelinkedView(listings=[RelinkedListing.of(one, items) for one in done])


@router.post(
    "/shops/<shop_id>/check",
    summary="Does the shop answer, and does it call us?",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def check_shop(shop_id: ShopPath) -> ShopCheckView:
    """Asks the shop who it is and restores its webhooks. A shop that works again is read again."""
    return _check_view(connect_shop.check_shop(deps_of(router), _shop(shop_id), actor_of(router)))


@router.post(
    "/shops/<shop_id>/sweep",
    summary="Read the whole shop",
    tags=_TAGS,
    status_code=202,
    openapi_extensions=open_to(Group.OPERATOR),
)
def sweep(shop_id: ShopPath) -> JobStarted:
    """Starts a job that reads everything, and finds what the shop no longer has."""
    return JobStarted(job=JobView.of(sweep_shop.start_sweep(deps_of(router), _shop(shop_id), actor_of(router))))


@router.put("/shops/<shop_id>/credentials", summary="Give a shop new credentials", tags=_TAGS)
def put_shop_credentials(shop_id: ShopPath, body: NewCredentials) -> ShopCheckView:
    """The credentials are tried before they replace the stored ones."""
    shop = _shop(shop_id)
    credentials = platform_forms.checked_credentials("shops", shop.platform, body.credentials)
    deps, actor = deps_of(router), actor_of(router)
    return _check_view(connect_shop.replace_shop_credentials(deps, shop, credentials, actor))


@router.get("/shops/<shop_id>/authorize", summary="Where the owner consents", tags=_TAGS)
def authorize_shop(shop_id: ShopPath) -> ConsentPage:
    """Shows the page on which the owner consents, or the address that they enter there. The shop's credentials come
    to `/callbacks/{slug}`."""
    shop = _shop(shop_id)
    platform_forms.refuse_without_hand_over("shops", shop.platform)
    return ConsentPage(url=begin_hand_over(deps_of(router), shop, actor_of(router)))


@router.get("/shops/<shop_id>/products", summary="Pick products", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def search_products(
    shop_id: ShopPath,
    search: Annotated[
        str,
        Query(
            max_length=200, description="The text to search for, as the shop understands it; empty for all products."
        ),
    ] = "",
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50, description=LIMIT)] = 20,
) -> PickedProducts:
    """Asks the shop for its products by text; without a text, for all of them."""
    deps, shop = deps_of(router), _shop(shop_id)
    found, following = deps.shops.open(shop).search(search, limit, opened(router, cursor))
    return PickedProducts(products=[_picked(shop, facts) for facts in found], cursor=sealed(router, following))


@router.get(
    "/shops/<shop_id>/collections", summary="A shop's collections", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER)
)
def list_collections(shop_id: ShopPath, cursor: Cursor = None) -> CollectionsView:
    """Asks the shop for its collections, a page of the shop's own size at a time: what sales lists in collection mode can
    follow."""
    deps, shop = deps_of(router), _shop(shop_id)
    page = deps.shops.open(shop).collections(opened(router, cursor))
    lists = lists_of(deps, shop.id)
    views = [
        CollectionView(
            id=one.id,
            name=one.name,
            rule_based=one.rule_based,
            members=one.members,
            sales_lists=sorted(found.id for found in lists if one.id in found.collections),
        )
        for one in page.collections
    ]
    return CollectionsView(collections=views, cursor=sealed(router, page.cursor))


def _shop(id: str) -> Shop:
    return deps_of(router).configuration.get(Shop, id)


def _view(shop: Shop) -> ShopView:
    return ShopView.of(shop, fields_set(deps_of(router), SHOPS, shop))


def _check_view(check: connect_shop.ShopCheck) -> ShopCheckView:
    hooks = check.hooks
    return ShopCheckView(
        shop=_view(check.shop),
        domain=check.identity.domain,
        locations=dict(check.identity.locations),
        hooks={"healthy": hooks.healthy, "created": hooks.created, "removed": hooks.removed} if hooks else None,
        hooks_problem=ProblemView.maybe(check.hooks_problem),
        access_problem=ProblemView.maybe(check.identity.lacks),
    )


def _waiting_view(shop: Shop) -> ShopCheckView:
    return ShopCheckView(shop=_view(shop), domain="", locations={}, hooks=None, hooks_problem=None, access_problem=None)


def _counted(variant: VariantFacts) -> int | None:
    """What the shop has of it; None where it counts nothing itself."""
    counts = variant.tracked and bool(variant.stock) and not variant.bundle
    return sum(variant.stock.values()) if counts else None


def _picked(shop: Shop, facts: ProductFacts) -> PickedProduct:
    items = deps_of(router).items.of_product(shop.id, facts.product)
    return PickedProduct(
        id=facts.product,
        title=facts.title,
        visibility=facts.visibility,
        sales_lists=sorted({item.sales_list for item in items}),
        variants=[
            PickedVariant(
                id=variant.variant,
                item=item_id(VariantKey(shop.id, facts.product, variant.variant)),
                sku=variant.sku,
                title=variant.title,
                price=MoneyView.of(variant.price),
                stock=_counted(variant),
            )
            for variant in facts.variants
        ],
    )
