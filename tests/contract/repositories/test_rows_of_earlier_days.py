"""Rows and messages that the code of earlier days wrote are read, changed and saved by the code of today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain.catalog import Reservation, Write
from listbridge.domain.configuration import Account, CreationProfile, Deployment, Profile, SalesList, Shop
from listbridge.domain.ids import JobId, LineId, ProductId, ProfileId, VariantId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import Conflict
from listbridge.domain.work import AnyMessage
from listbridge.infra import aws, settings
from tests.contract.repositories.conftest import Emulated
from tests.contract.repositories.rows import (
    buyer,
    listing_key,
    order_key,
    rich_listing,
    rich_order,
    variant,
    variant_key,
)
from tests.contract.repositories.stored_rows import (
    ACCOUNT,
    LIST,
    NAME,
    PRODUCT,
    SHOP,
    TABLES,
    messages,
    put_back,
    stored,
)
from tests.emulator import EmulatedAws
from tests.fakes.clock import START

pytestmark = pytest.mark.emulator
_MESSAGE: TypeAdapter[Any] = TypeAdapter(AnyMessage)
FILES = sorted((Path(__file__).resolve().parents[2] / "data" / "rows").glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.param.read_text())
    return found


@pytest.fixture
def real(emulator: EmulatedAws, kept: dict[str, Any]) -> Iterator[Emulated]:
    put_back(kept["rows"])
    yield Emulated()
    for table in TABLES:
        schema = aws.client("dynamodb").describe_table(TableName=settings.table(table))["Table"]["KeySchema"]
        names = [part["AttributeName"] for part in schema]
        for row in stored()[table]:
            if NAME in json.dumps({name: row[name] for name in names}):
                key = {name: row[name] for name in names}
                aws.client("dynamodb").delete_item(TableName=settings.table(table), Key=key)


def test_a_file_is_kept_of_the_first_and_the_last_day() -> None:
    assert [path.stem for path in FILES] == ["2026-11-26", "2026-11-27"]


def test_rows_of_every_table_are_kept(kept: dict[str, Any]) -> None:
    assert set(kept["rows"]) == set(TABLES)
    assert [table for table, rows in kept["rows"].items() if not rows] == []


def test_what_a_merchant_decided_is_as_it_was(real: Emulated) -> None:
    assert real.configuration.get(Deployment, "this").buyer_retention_days == 30
    shop, account = real.configuration.get(Shop, SHOP), real.configuration.get(Account, ACCOUNT)
    assert (shop.currency, shop.settings, account.shop) == ("EUR", {"domain": "x.example"}, SHOP)
    assert account.create_orders is True
    rules = real.configuration.get(Profile, f"pro_{NAME}").rules
    assert rules.quantity is not None
    assert rules.price is not None
    assert (rules.quantity.value, str(rules.price.ratio)) == (2, "1.10")
    assert real.configuration.get(CreationProfile, f"new_{NAME}").settings == {"a": [1]}
    assert real.configuration.get(SalesList, LIST).profile == ProfileId(f"pro_{NAME}")


def test_a_decision_is_saved_over_the_one_of_that_day(real: Emulated) -> None:
    account = real.configuration.get(Account, ACCOUNT)
    saved = real.configuration.save(account.model_copy(update={"observe": True}))
    assert (saved.rev, real.configuration.get(Account, ACCOUNT).observe) == (account.rev + 1, True)


def test_automatic_creation_that_was_off_under_its_earlier_name_is_off(real: Emulated, kept: dict[str, Any]) -> None:
    (row,) = [one for one in kept["rows"]["config"] if one["id"] == {"S": ACCOUNT}]
    text = row["doc"]["S"]
    assert '"import_orders":true' in text
    off = {**row, "doc": {"S": text.replace('"import_orders":true', '"import_orders":false')}}
    put_back({"config": [off]})
    account = real.configuration.get(Account, ACCOUNT)
    assert account.create_orders is False
    saved = real.configuration.save(account.model_copy(update={"create_orders": True}))
    assert real.configuration.get(Account, ACCOUNT) == saved
    assert saved.create_orders is True


def test_a_variant_has_its_stock_and_what_orders_hold_and_is_observed_over(real: Emulated) -> None:
    key = variant_key(NAME)
    row = real.variants.get_many([key])[key]
    assert replace(row.facts, variant=key.variant) == variant(key, 5, 10, 11).facts
    assert (row.observation, row.reserved(), row.listings) == (
        variant(key, 5, 10, 11).observation,
        2,
        frozenset({listing_key(NAME)}),
    )
    assert real.variants.observe(variant(key, 4, 12, 13)) is Write.NEW
    after = real.variants.get_many([key])[key]
    assert (after.reserved(), after.listings) == (2, row.listings)
    assert real.variants.owners(SHOP, [VariantId(key.variant)]) == {key.variant: {key.product}}


def test_the_line_that_holds_a_variant_can_be_let_go(real: Emulated) -> None:
    key = variant_key(NAME)
    held = real.orders.find(order_key(NAME, "o1"))
    assert held is not None
    assert real.variants.reservations(key) == {f"{held.key}#l1": Reservation(2)}
    real.orders.reserve(held, {key: {LineId("l1"): None}})
    assert (real.variants.get_many([key])[key].reserved(), real.variants.reservations(key)) == (0, {})


def test_a_ledger_row_is_read_whole_and_saved(real: Emulated) -> None:
    row = real.listings.get(listing_key(NAME))
    today = rich_listing(row.key)
    later = ("fulfilled_by_marketplace", "components", "on_sale", "unseen_sale", "sold", "taken", "overtaken")
    assert replace(row, rev=0, **{name: getattr(today, name) for name in later}) == today
    assert (row.components, row.takes) == ((), today.components)
    assert real.listings.save(replace(row, attempts=9)).rev == row.rev + 1
    assert real.listings.get(listing_key(NAME, "NEW")).offer is None
    with pytest.raises(Conflict):
        real.listings.create(row)


def test_an_order_is_read_with_all_it_was_and_went_through(real: Emulated) -> None:
    row = real.orders.find(order_key(NAME))
    assert row is not None
    known = rich_order(row.key)
    same = (
        "state",
        "reason",
        "matches",
        "reserved",
        "attempt",
        "shop_order",
        "confirmed_at",
        "absorbed_from",
        "notices",
        "due_at",
        "moved_in",
        "exported_by",
        "handled_outside_by",
        "completed_at",
    )
    assert {name: getattr(row, name) for name in same} == {name: getattr(known, name) for name in same}
    assert (row.facts.lines, row.facts.total, row.facts.shipping) == (
        known.facts.lines,
        known.facts.total,
        known.facts.shipping,
    )
    (told, *_) = row.told.values()
    assert (told.tracking, told.carrier, told.lines) == ("JJD0001", "DHL", {LineId("l#1"): 2})
    assert real.orders.save(replace(row, tries=5)).rev == row.rev + 1
    assert real.orders.buyers([row.key]) == {row.key: buyer()}


def test_what_was_due_then_is_due_now(real: Emulated) -> None:
    assert order_key(NAME) in real.orders.due(START + timedelta(days=400), 1000)


def test_publishing_goes_on_where_it_was(real: Emulated) -> None:
    row = Publication(LIST, PRODUCT, ACCOUNT, real.configuration.get(SalesList, LIST).site)
    claimed = real.publications.claim(row, seconds=60, now=START + timedelta(seconds=61))
    assert claimed is not None
    assert (dict(claimed.progress), claimed.epoch) == ({"offer CUP": "o1"}, 2)


def test_a_poll_goes_on_from_its_watermark(real: Emulated) -> None:
    state = real.polls.claim(ACCOUNT, "mine", now=START, until=START + timedelta(seconds=60))
    assert state is not None
    assert (state.since, state.watermark, state.last_order_at) == (START, START, START)


def test_counters_go_on(real: Emulated) -> None:
    assert real.counters.next(f"observation#{SHOP}") == 2
    assert real.counters.current(f"guard#{NAME}", window_s=3600, now=START) == 3


def test_a_delivery_that_was_never_queued_is_found(real: Emulated) -> None:
    (row,) = [one for one in real.inbox.unsent(older_than=START + timedelta(hours=1), limit=1000) if one.source == SHOP]
    assert (row.delivery, [hint.id for hint in row.hints]) == ("d1", ["p1"])


def test_a_job_goes_on_with_its_entries(real: Emulated) -> None:
    job = real.jobs.get(JobId(f"job_{NAME}"))
    assert (job.state, job.total, job.done, job.params.model_extra) == (JobState.RUNNING, 2, 1, {"list": LIST})
    entries, _ = real.jobs.entries(job.id, None, 10)
    assert [(one.item, one.outcome and one.outcome.value) for one in entries] == [("p0", "done"), ("p1", "waiting")]


def test_what_is_in_a_sales_list_is_in_it_still(real: Emulated) -> None:
    items, _ = real.items.of_list(LIST, None, 10)
    assert {(item.sku, item.problem and item.problem.code) for item in items} == {
        ("CUP/ø#1", None),
        ("", "sku_missing"),
    }
    assert [item.listing for item in real.items.of_product(SHOP, ProductId("gid://shop/Product/7"))] == [
        listing_key(NAME)
    ]


def test_what_happened_is_told(real: Emulated) -> None:
    (entry,), _ = real.activity.of_subject(f"s_{NAME}", 10)
    assert (entry.event, entry.params, entry.actor) == ("quantity_sent", {"to": "3"}, "ada")


def test_every_message_asks_for_the_same_as_then(kept: dict[str, Any]) -> None:
    """A field that it did not have yet says nothing."""
    today = {one["kind"]: one for one in (message.model_dump(mode="json") for message in messages())}
    assert len(kept["messages"]) >= 7
    for one in kept["messages"]:
        asked = {name: value for name, value in today[one["kind"]].items() if name in one}
        assert _MESSAGE.validate_python(one) == _MESSAGE.validate_python(asked)
