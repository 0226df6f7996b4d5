"""What a marketplace would say of products before they are listed: problems by field. Nothing is stored, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.configuration import Account, CreationProfile, Profile, SalesList, Shop
from listbridge.domain.ids import ListingKey, ProductId, RemoteId
from listbridge.domain.listings.sku_mappings import as_listed
from listbridge.domain.money import Money
from listbridge.domain.ports import FieldProblem, MarketplaceAdapter, PublishRequest, PublishVariant
from listbridge.domain.problem import Problem
from listbridge.domain.rules.in_force import RuleContext
from listbridge.domain.rules.price import price_from
from listbridge.services.catalog.rule_context import context_of
from listbridge.services.deps import OrderDeps
from listbridge.services.listings.items.add_items import sku_problem
from listbridge.services.refusal import Refused

MOST_PRODUCTS = 20
"""Of one call: each may take a call of the marketplace's own, and a person waits for the answer."""
_NO_GROUP = RemoteId("preview")


@dataclass(frozen=True, slots=True)
class Previewed:
    """One product as the marketplace would meet it. Without problems it would be sent as it is."""

    product: ProductId
    title: str
    problems: tuple[FieldProblem, ...]
    fee: Money | None = None
    """What the marketplace will charge for putting it on sale."""


def preview_products(deps: OrderDeps, sales_list: SalesList, products: Sequence[ProductId]) -> list[Previewed]:
    """Read the products from the shop and look what their marketplace would refuse, in the list already or not.

    Raises RemoteError, and Refused when the list has no creation profile.
    """
    if sales_list.creation_profile is None:
        params = {"list": sales_list.name}
        raise Refused(Problem("creation_profile_missing", params, "choose_creation_profile"))
    creation = deps.configuration.get(CreationProfile, sales_list.creation_profile)
    account = deps.configuration.get(Account, sales_list.account)
    shop = deps.configuration.get(Shop, account.shop)
    wanted = list(dict.fromkeys(products))
    read = {facts.product: facts for facts in deps.shops.open(shop).read_products(wanted).products}
    profile = deps.configuration.get(Profile, sales_list.profile) if sales_list.profile else None
    rules = context_of(deps, sales_list, account, profile)
    adapter = deps.marketplaces.open(account)
    previewed = []
    for product in wanted:
        facts = read.get(product)
        if facts is None:
            problem = Problem("product_not_in_shop", {"product": product}, "choose_other_product")
            previewed.append(Previewed(product, "", (FieldProblem("", problem),)))
            continue
        problems = _problems(deps, adapter, rules, sales_list, creation, facts)
        previewed.append(Previewed(product, facts.title, problems, deps.marketplaces.traits(account).listing_fee))
    return previewed


def _problems(
    deps: OrderDeps,
    adapter: MarketplaceAdapter,
    rules: RuleContext,
    sales_list: SalesList,
    creation: CreationProfile,
    facts: ProductFacts,
) -> tuple[FieldProblem, ...]:
    longest = deps.marketplaces.traits(rules.account).max_sku_length
    found, variants, sent = [], [], []
    for variant in facts.variants:
        mapped = deps.sku_mappings.marketplace_skus(rules.account.id, variant.sku) if variant.sku else []
        sku = mapped[0] if mapped else variant.sku
        problem = sku_problem(replace(variant, sku=sku), longest)
        if problem is not None:
            found.append(FieldProblem("sku", problem, sku))
            continue
        key = ListingKey(rules.account.id, sales_list.site, sku)
        variants.append(PublishVariant(key, variant.variant, None, None))
        sent.append(replace(variant, sku=sku))
    product = as_listed(facts, {one.variant: one.key.sku for one in variants})
    request = PublishRequest(product, tuple(variants), sales_list.site, creation, _NO_GROUP)
    told = adapter.preview(request) if variants else ()
    return (*found, *told, *_of_prices(rules, sent, told))


def _of_prices(
    rules: RuleContext, variants: Sequence[VariantFacts], told: Sequence[FieldProblem]
) -> Iterator[FieldProblem]:
    """What the rules make of the shop's prices, where they make none that may be asked there and the marketplace has not told that itself."""
    known = {one.sku for one in told if one.field == "price"}
    for variant in variants:
        problem = price_from(variant.price, rules.price, rules.bounds).problem
        if problem is not None and not known & {None, variant.sku}:
            yield FieldProblem("price", problem, variant.sku)
