"""Each sample event, fed to its handler as Lambda would: real code on emulated tables and queues."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from listbridge import bootstrap
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ShopId
from listbridge.infra.repositories.configuration import DynamoConfiguration
from tests.emulator import EmulatedAws
from tests.packaging.conftest import ROOT

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("sample-events")]

Handler = Callable[[dict[str, Any], object], dict[str, Any]]
_CONTEXT = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 25_000,
    aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    function_name="sample",
)


@pytest.fixture(autouse=True)
def _built_anew(emulator: EmulatedAws) -> None:
    bootstrap.use(None)


@pytest.fixture
def connected(emulator: EmulatedAws) -> Iterator[AccountId]:
    """The account of the seller whom the samples name; what is written meanwhile is gone afterwards."""
    store = DynamoConfiguration()
    account = Account(
        id=AccountId("acc_sample"), name="A", marketplace="amazon", shop=ShopId("shop_1"), remote_name="A3TH9S8BH6GOGM"
    )
    saved = store.save(account)
    yield saved.id
    store.delete(saved)
    dynamodb = boto3.client("dynamodb", endpoint_url=emulator.url)
    for row in _rows(emulator, "INBOX_TABLE"):
        table = emulator.variables["INBOX_TABLE"]
        keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
        dynamodb.delete_item(TableName=table, Key={key: row[key] for key in keys})


def _handler(function: str) -> Handler:
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"sample_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


def _sample(function: str, event: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "events" / function / f"{event}.json").read_text())
    return loaded


def _rows(emulator: EmulatedAws, table: str) -> list[dict[str, Any]]:
    dynamodb = boto3.client("dynamodb", endpoint_url=emulator.url)
    rows: list[dict[str, Any]] = dynamodb.scan(TableName=emulator.variables[table])["Items"]
    return rows


def test_the_delivery_with_a_wrong_signature_is_refused_and_leaves_nothing(emulator: EmulatedAws) -> None:
    answer = _handler("webhook_ingest")(_sample("webhook_ingest", "inventory_levels_update"), _CONTEXT)
    assert answer["statusCode"] == 401
    assert _rows(emulator, "INBOX_TABLE") == []


@pytest.mark.parametrize("event", ["account_deletion", "challenge"])
def test_a_marketplace_whose_address_nobody_has_asked_for_finds_nobody(emulator: EmulatedAws, event: str) -> None:
    answer = _handler("marketplace_notices")(_sample("marketplace_notices", event), _CONTEXT)
    assert answer["statusCode"] == 404
    assert _rows(emulator, "INBOX_TABLE") == []


def test_a_message_that_no_marketplace_sends_comes_back_and_leaves_nothing(emulator: EmulatedAws) -> None:
    sample = _sample("webhook_ingest", "marketplace_event")
    id = sample["Records"][0]["messageId"]
    answer = _handler("webhook_ingest")(sample, _CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": id}]}
    assert _rows(emulator, "INBOX_TABLE") == []


@pytest.mark.parametrize("event", ["order_change", "feed_processing_finished"])
def test_what_a_marketplace_tells_of_a_seller_who_is_not_connected_is_done(emulator: EmulatedAws, event: str) -> None:
    assert _handler("webhook_ingest")(_sample("webhook_ingest", event), _CONTEXT) == {"batchItemFailures": []}
    assert _rows(emulator, "INBOX_TABLE") == []


@pytest.mark.parametrize("event", ["order_change", "feed_processing_finished"])
def test_what_a_marketplace_tells_of_a_seller_is_stored_and_queued_once_however_often_it_comes(
    emulator: EmulatedAws, connected: AccountId, event: str
) -> None:
    orders = boto3.client("sqs", endpoint_url=emulator.url)
    orders.purge_queue(QueueUrl=emulator.variables["ORDERS_QUEUE_URL"])
    for _ in range(2):
        assert _handler("webhook_ingest")(_sample("webhook_ingest", event), _CONTEXT) == {"batchItemFailures": []}
    assert len(_rows(emulator, "INBOX_TABLE")) == 1
    waiting = orders.receive_message(QueueUrl=emulator.variables["ORDERS_QUEUE_URL"], MaxNumberOfMessages=10)[
        "Messages"
    ]
    assert [json.loads(one["Body"])["account"] for one in waiting] == [connected]


@pytest.mark.parametrize(
    ("function", "event"),
    [
        ("sync_catalog", "shop_events"),
        ("recompute_listings", "recompute_chunk"),
        ("recompute_listings", "check"),
        ("revise_inventory", "nudge"),
        ("publish_listing", "publish_task"),
        ("publish_listing", "publish_together"),
        ("import_orders", "messages"),
        ("import_orders", "notices"),
        ("relay_fulfillment", "relay_order"),
    ],
)
def test_a_message_about_something_that_is_gone_is_done_and_does_not_come_back(
    emulator: EmulatedAws, function: str, event: str
) -> None:
    assert _handler(function)(_sample(function, event), _CONTEXT) == {"batchItemFailures": []}
    assert _rows(emulator, "LISTINGS_TABLE") == []
    assert _rows(emulator, "ORDERS_TABLE") == []


@pytest.mark.parametrize("timer", ["unsent", "due", "drift", "hooks", "sweep", "shop_orders", "orders", "retention"])
def test_a_timer_of_an_empty_system_mends_nothing(emulator: EmulatedAws, timer: str) -> None:
    assert _handler("reconcile")(_sample("reconcile", timer), _CONTEXT) == {"timer": timer, "mended": 0}


def test_a_tick_of_an_empty_system_queues_nothing(emulator: EmulatedAws) -> None:
    assert _handler("import_orders")(_sample("import_orders", "tick"), _CONTEXT) == {"tick": "accounts", "queued": 0}


def test_health_is_answered_to_somebody_the_authorizer_let_in(emulator: EmulatedAws) -> None:
    answer = _handler("admin_api")(_sample("admin_api", "health"), _CONTEXT)
    assert answer["statusCode"] == 200
    assert isinstance(json.loads(answer["body"]), dict)


def test_a_consent_that_nobody_asked_for_connects_nothing(emulator: EmulatedAws) -> None:
    answer = _handler("admin_api")(_sample("admin_api", "oauth_return"), _CONTEXT)
    assert answer["statusCode"] == 409
    assert [row for row in _rows(emulator, "CONFIG_TABLE") if row["kind"]["S"] == "account"] == []


def test_every_sample_is_fed_here() -> None:
    fed = Path(__file__).read_text()
    names = {path.stem for path in (ROOT / "events").rglob("*.json")}
    assert {name for name in names if f'"{name}"' not in fed} == set()
