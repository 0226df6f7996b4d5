"""What a figure is measured on: an emulator with our tables and queues, and ledger rows to work on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks import outside
from listbridge import bootstrap
from listbridge.domain.catalog import Observation, Variant, VariantFacts, Visibility
from listbridge.domain.configuration import Account, Profile, SalesList, Shop
from listbridge.domain.ids import (
    AccountId,
    ListingKey,
    LocationId,
    ProductId,
    ProfileId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.listing import Cause, Listing, Status, Values
from listbridge.domain.money import Money
from listbridge.infra import aws, settings
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import Deps
from localrun import template
from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY
from simulators.kit.stand_in import Seller

ROOT = Path(__file__).resolve().parent.parent
SHOP, SITE, CURRENCY = ShopId("shop_bench"), Site(outside.SITE), outside.CURRENCY
_THREADS = 8
_CHUNK = 200


@contextmanager
def local_aws(name: str) -> Iterator[Deps]:
    """An emulator of its own with the template's tables and queues; our ports over it."""
    declared = template.load(ROOT / "template.yaml")
    with template.emulator_alone(ROOT, name=f"bench-{name}") as emulator:
        yield ports_over(
            {
                "AWS_ENDPOINT_URL": emulator.url,
                "SECRETS_PREFIX": "listbridge/bench",
                **template.create_tables(emulator.client("dynamodb"), declared, stage="bench"),
                **template.create_queues(emulator.client("sqs"), declared, stage="bench"),
            }
        )
        bootstrap.use(None)


def ports_over(variables: Mapping[str, str]) -> Deps:
    """Our ports as a function with these variables has them, in this process. Logs only warnings."""
    os.environ |= {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        **variables,
        "LOG_LEVEL": "WARNING",
    }
    aws.forget_clients()
    settings.forget()
    bootstrap.use(None)
    return bootstrap.deps()


def connect(
    deps: Deps,
    accounts: Sequence[str],
    *,
    sellers: Mapping[str, Seller] = {},
    shop_credentials: Mapping[str, str] | None = None,
) -> None:
    """A shop, and per account a sales list with the default profile. `sellers` by account id."""
    deps.configuration.save(
        Shop(
            id=SHOP,
            name="bench",
            platform=outside.SHOP,
            currency=CURRENCY,
            settings=outside.SHOP_CONNECTION["settings"],
        )
    )
    deps.configuration.save(Profile(id=ProfileId("profile_bench"), name="default"))
    for account in accounts:
        deps.configuration.save(
            Account(
                id=AccountId(account),
                name=account,
                marketplace=outside.MARKETPLACE,
                shop=SHOP,
                sites=(SITE,),
                settings=dict(sellers[account].settings) if account in sellers else {},
            )
        )
        deps.configuration.save(
            SalesList(
                id=list_of(account),
                name=account,
                account=AccountId(account),
                site=SITE,
                profile=ProfileId("profile_bench"),
            )
        )
    for account, seller in sellers.items():
        deps.secrets.put(f"accounts/{account}", dict(seller.credentials))
    if shop_credentials is not None:
        deps.secrets.put(f"shops/{SHOP}", dict(shop_credentials))


def list_of(account: str) -> SalesListId:
    return SalesListId(f"list_{account}")


def seed_ledger(
    deps: Deps,
    account: str,
    skus: Sequence[str],
    *,
    offers: dict[str, tuple[str, str]] | None = None,
    stock: int = 10,
    shown: int = 10,
    price: str = "19.90",
) -> list[ListingKey]:
    """Live listings of variants made up here, that the marketplace shows with `shown` in stock; nothing computed yet.

    `offers`: SKU → (offer id, listing id).
    """
    money = Money(Decimal(price), CURRENCY)

    def one(sku: str) -> ListingKey:
        remote = (offers or {}).get(sku, (f"offer-{sku}", f"listing-{sku}"))
        key = VariantKey(SHOP, ProductId(f"p-{sku}"), VariantId(f"v-{sku}"))
        facts = VariantFacts(key.variant, Sku(sku), sku, money, stock={LocationId("1"): stock})
        row = live_listing(account, key, sku, remote, Values(shown, money, datetime.now(UTC)))
        return put(deps, Variant(key, facts, Visibility.VISIBLE, Observation(1, 2, datetime.now(UTC))), row)

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(one, skus))


def live_listing(account: str, variant: VariantKey, sku: str, remote: tuple[str, str], known: Values) -> Listing:
    """A listing on sale under (offer id, listing id), accepted and seen as `known`."""
    return Listing(
        ListingKey(AccountId(account), SITE, Sku(sku)),
        variant,
        list_of(account),
        title=sku,
        status=Status.ACTIVE,
        offer=RemoteId(remote[0]),
        remote=RemoteId(remote[1]),
        sent=known,
        accepted=known,
        seen=known,
    )


def put(deps: Deps, variant: Variant, row: Listing) -> ListingKey:
    """Store a variant and its one listing."""
    deps.variants.observe(variant)
    deps.variants.bind(variant.key, row.key)
    deps.listings.create(row)
    return row.key


def compute(deps: Deps, keys: Sequence[ListingKey]) -> None:
    """Recompute these rows as after a change in the shop: those whose accepted value is another are due then."""
    worker = Recompute(deps, Cause.SHOP)
    for start in range(0, len(keys), _CHUNK):
        worker.listings(keys[start : start + _CHUNK])
