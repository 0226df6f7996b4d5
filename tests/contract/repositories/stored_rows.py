"""One row of every kind and one message of every kind, as the code of a day writes them.

`python -m tests.contract.repositories.stored_rows > tests/data/rows/<day>.json` keeps what the code of today writes. What
such a file holds is never edited: the code of later days must read it (test_rows_of_earlier_days.py).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import Reservation
from listbridge.domain.configuration import (
    Account,
    CreationProfile,
    Deployment,
    PriceRule,
    Profile,
    QuantityMode,
    QuantityRule,
    Rules,
    SalesList,
    Shop,
)
from listbridge.domain.ids import (
    AccountId,
    JobId,
    LineId,
    ProductId,
    ProfileId,
    RemoteOrderId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.jobs import Job, JobEntry, JobKind, Outcome
from listbridge.domain.listings.publication import Publication
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import InboxRow
from listbridge.domain.problem import Problem
from listbridge.domain.work import (
    Check,
    CheckKind,
    Hint,
    HintKind,
    ImportOrder,
    Message,
    Nudge,
    PollAccount,
    PublishKind,
    PublishTask,
    PublishTogether,
    RecomputeChunk,
    RelayOrder,
    ShopEvent,
)
from listbridge.infra import aws, settings
from tests.contract.repositories.conftest import Emulated
from tests.contract.repositories.rows import (
    buyer,
    listing,
    listing_key,
    order,
    order_key,
    rich_listing,
    rich_order,
    variant,
    variant_key,
)
from tests.emulator import emulator
from tests.fakes.clock import START

NAME = "kept"
"""A part of every key."""
TABLES = (
    "config",
    "variants",
    "listings",
    "items",
    "orders",
    "buyers",
    "publications",
    "coordination",
    "inbox",
    "jobs",
    "activity",
)
Rows = dict[str, list[dict[str, Any]]]
SHOP, ACCOUNT, LIST = ShopId(f"shp_{NAME}"), AccountId(f"acc_{NAME}"), SalesListId(f"lst_{NAME}")
PRODUCT = ProductId("p1")


def write_one_of_each(real: Emulated) -> None:
    """Write a row of every kind, rich where a document has many fields."""
    rules = Rules(quantity=QuantityRule(mode=QuantityMode.BUFFER, value=2), price=PriceRule(ratio=Decimal("1.10")))
    for document in (
        Deployment(public_base_url="https://example.com", buyer_retention_days=30),
        Shop(id=SHOP, name="Shop", platform="scripted", currency="EUR", settings={"domain": "x.example"}),
        Account(id=ACCOUNT, name="Account", marketplace="scripted", shop=SHOP, sites=(Site("X_DE"),)),
        Profile(id=ProfileId(f"pro_{NAME}"), name="Buffer of two", rules=rules),
        CreationProfile(
            id=ProfileId(f"new_{NAME}"), name="New", marketplace="scripted", site=Site("X_DE"), settings={"a": [1]}
        ),
        SalesList(id=LIST, name="List", account=ACCOUNT, site=Site("X_DE"), profile=ProfileId(f"pro_{NAME}")),
    ):
        real.configuration.save(document)
    key = variant_key(NAME)
    real.variants.observe(variant(key, 5, 10, 11))
    real.variants.bind(key, listing_key(NAME))
    real.listings.create(rich_listing(listing_key(NAME)))
    real.listings.create(listing(listing_key(NAME, "NEW")))
    real.items.put(Item(LIST, key, Sku("CUP/ø#1"), "Cup", listing_key(NAME)))
    real.items.put(Item(LIST, VariantKey(SHOP, PRODUCT, VariantId("v2")), Sku(""), "Cup", None, Problem("sku_missing")))
    held = real.orders.save(order(order_key(NAME, "o1")))
    real.orders.reserve(held, {key: {LineId("l1"): Reservation(2)}})
    rich = real.orders.save(rich_order(order_key(NAME)))
    real.orders.put_buyer(rich.key, buyer())
    publication = real.publications.claim(Publication(LIST, PRODUCT, ACCOUNT, Site("X_DE")), seconds=60, now=START)
    if publication is None:
        raise AssertionError("somebody publishes")
    real.publications.save(replace(publication, progress={"offer CUP": "o1"}))
    real.polls.create(PollState(account=ACCOUNT, since=START, next_poll_at=START, watermark=START, last_order_at=START))
    real.leases.acquire(f"unit#{NAME}", "worker", seconds=10)
    real.counters.next(f"observation#{SHOP}")
    real.counters.add(f"guard#{NAME}", 3, window_s=3600, now=START)
    real.inbox.store(InboxRow(SHOP, "d1", "products/update", (Hint(kind=HintKind.PRODUCT, id="p1"),), START))
    job = Job(id=JobId(f"job_{NAME}"), kind=JobKind.SEND, account=ACCOUNT, created_at=START, params={"list": LIST})
    real.jobs.create(job, [JobEntry(item="p0"), JobEntry(item="p1")])
    real.jobs.finish(job.id, JobEntry(item="p0", outcome=Outcome.DONE, at=START))
    real.activity.note(ActivityEntry(f"s_{NAME}", "quantity_sent", START, {"to": "3"}, account=ACCOUNT, actor="ada"))


def messages() -> list[Message]:
    """One of every kind that crosses a queue."""
    order_id = RemoteOrderId("12-34567-89012")
    return [
        ShopEvent(
            shop=SHOP, delivery="d1", hints=(Hint(kind=HintKind.PRODUCT, id="p1"),), received_at=START, attempt=2
        ),
        Nudge(account=ACCOUNT, listings=(str(listing_key(NAME)),)),
        RecomputeChunk(job=JobId(f"job_{NAME}")),
        Check(what=CheckKind.SHOP, subject=SHOP),
        PublishTask(action=PublishKind.SEND, sales_list=LIST, product=PRODUCT, job=JobId(f"job_{NAME}"), attempt=1),
        PublishTogether(action=PublishKind.SEND, sales_list=LIST, products=(PRODUCT, ProductId("p2")), id="set_1"),
        PollAccount(
            account=ACCOUNT, claim="poll_1", cursor="7", since=START, began=START, until=START + timedelta(seconds=60)
        ),
        ImportOrder(account=ACCOUNT, order=order_id, anew=True),
        RelayOrder(account=ACCOUNT, order=order_id, attempt=1),
    ]


def stored() -> Rows:
    """Every row that stands in our tables, by table; in the order of their keys."""
    client = aws.client("dynamodb")
    found = {name: client.scan(TableName=settings.table(name))["Items"] for name in TABLES}
    return {name: sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)) for name, rows in found.items()}


def put_back(rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Put rows of an earlier day in our tables, as they were."""
    for table, items in rows.items():
        for item in items:
            aws.client("dynamodb").put_item(TableName=settings.table(table), Item=item)


def main() -> None:
    with contextmanager(emulator.__wrapped__)():
        write_one_of_each(Emulated())
        kept = {"rows": stored(), "messages": [one.model_dump(mode="json") for one in messages()]}
    json.dump(kept, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
