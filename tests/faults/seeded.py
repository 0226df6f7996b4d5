"""Many listings at once, live and in step, without publishing each."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import AccountId, ListingKey, ProductId, RemoteId, SalesListId, Sku
from listbridge.domain.listings.listing import Listing, Status, Values
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.money import Money
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from tests.fakes.scripted import Scripted
from tests.fakes.scripted_offers import Offer
from tests.fakes.world import ACCOUNT, LIST, SHOP, SITE


def seed(
    s: Scripted,
    count: int,
    *,
    stock: int = 5,
    variants: int = 1,
    account: AccountId = ACCOUNT,
    sales_list: SalesListId = LIST,
    prefix: str = "S",
) -> list[ListingKey]:
    """`count` products with so many variants each, all live with what the shop has; SKUs are `S0` or `S0-0`."""
    stores, keys = s.world.stores, []
    shop = stores.configuration.get(Shop, SHOP)
    names = {
        f"{prefix}{n}": [f"{prefix}{n}"] if variants == 1 else [f"{prefix}{n}-{v}" for v in range(variants)]
        for n in range(count)
    }
    products = [s.shop.put(name, *skus, stock=stock).product for name, skus in names.items()]
    observed = observe_products(s.world.deps, shop, s.shop, products)
    for product in products:
        keys += [
            _live(s, product, v.variant, v.sku, stock, account, sales_list) for v in observed.products[product].variants
        ]
    Recompute(s.world.deps).listings(keys)
    return keys


def seed_product(
    s: Scripted, product: ProductId, stock: int, account: AccountId = ACCOUNT, sales_list: SalesListId = LIST
) -> list[ListingKey]:
    """One product that the shop has already, live with this stock."""
    shop = s.world.stores.configuration.get(Shop, SHOP)
    observed = observe_products(s.world.deps, shop, s.shop, [product])
    keys = [
        _live(s, product, v.variant, v.sku, stock, account, sales_list) for v in observed.products[product].variants
    ]
    Recompute(s.world.deps).listings(keys)
    return keys


def _live(
    s: Scripted, product: ProductId, variant: str, sku: Sku, stock: int, account: AccountId, sales_list: SalesListId
) -> ListingKey:
    key = ListingKey(account, SITE, sku)
    home = next(row.key for row in s.world.stores.variants.of_product(SHOP, product) if row.key.variant == variant)
    price, group = Money(Decimal("10.00"), "EUR"), RemoteId(f"G-{product}")
    offer = Offer(s.market.new_id(), key, s.world.now, True, s.market.new_id(), stock, price)
    s.market.offers.append(offer)
    s.world.stores.listings.create(
        Listing(
            key=key,
            variant=home,
            sales_list=sales_list,
            status=Status.ACTIVE,
            offer=offer.id,
            remote=offer.remote,
            group=group,
            accepted=Values(stock, price, s.world.now),
        )
    )
    s.world.stores.items.put(Item(sales_list, home, sku, "", key))
    s.world.stores.variants.bind(home, key)
    return key
