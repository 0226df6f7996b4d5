"""A bug of ours may have anything in its text. None of it gets into a log line, or past the handler (promises.md#p8)."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.bootstrap import FunctionFailed
from listbridge.domain.ids import AccountId, JobId, ProductId, RemoteOrderId
from listbridge.domain.work import (
    ImportOrder,
    Lane,
    Message,
    Nudge,
    PollAccount,
    PublishKind,
    PublishTask,
    RecomputeChunk,
    RelayOrder,
    ShopEvent,
)
from tests.fakes.machine import SOURCES, Context
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, LIST, SECRET, SHOP
from tests.faults.log_lines import log_lines

SAMPLES = Path(__file__).resolve().parents[2] / "events" / "admin_api"
TEXTS = ("shpat_0123456789abcdef", "12 Main Street, Springfield", "ada.lovelace@example.com", "Quastenberg")


class Bug(Exception):
    """Ours, and full of what must not get out."""


class Broken:
    """A port of which every use fails."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fails(*_: object, **__: object) -> Any:
            error = Bug(f"Authorization: {TEXTS[0]} for {TEXTS[1]}")
            error.add_note(TEXTS[3])
            try:
                raise KeyError(TEXTS[2])
            except KeyError:
                raise error  # noqa: B904  # the way it happens: one while another is handled

        return fails


@pytest.fixture
def s(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A world whose configuration cannot be read, for any function: each of them begins there."""
    s = scripted_world()
    deps, broken = s.world.deps, Broken()
    object.__setattr__(deps, "configuration", broken)
    object.__setattr__(deps, "jobs", broken)
    object.__setattr__(deps, "inbox", broken)
    ingest = bootstrap.WebhookIngest(s.world, broken, s.world.stores.queues, s.world.stores.clock, 65_536)  # type: ignore[arg-type]
    bootstrap.use(deps, ingest)
    return s


def handler(function: str) -> bootstrap.Handler:
    found: bootstrap.Handler = importlib.import_module(f"functions.{function}.app").handler
    return found


def tells_nothing(*written: str) -> None:
    for text in TEXTS:
        assert not [one for one in written if text in one], text


MESSAGES: dict[Lane, Message] = {
    Lane.SHOP_EVENTS: ShopEvent(shop=SHOP, delivery="d1"),
    Lane.RECOMPUTE: RecomputeChunk(job=JobId("job_1")),
    Lane.REVISE: Nudge(account=ACCOUNT),
    Lane.PUBLISH: PublishTask(action=PublishKind.SEND, sales_list=LIST, product=ProductId("P1")),
    Lane.ORDERS: ImportOrder(account=ACCOUNT, order=RemoteOrderId("12-1")),
    Lane.FULFILLMENTS: RelayOrder(account=AccountId("acc_1"), order=RemoteOrderId("12-1")),
}


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("count", [1, 2])
def test_a_lane_says_where_it_failed_and_no_text(
    s: Scripted, lane: Lane, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [{"messageId": str(n), "body": MESSAGES[lane].model_dump_json()} for n in range(count)]
    with log_lines() as log:
        answer = handler(SOURCES[lane].function)({"Records": records}, Context(30_000))
    assert len(answer["batchItemFailures"]) == count
    failed = log.named("message.failed")
    assert [line["exception_name"] for line in failed] == ["Bug"] * count
    assert "test_what_a_failure_tells.py" in failed[0]["exception"]
    tells_nothing(log.text, *capsys.readouterr())


@pytest.mark.parametrize("count", [1, 2])
def test_a_poll_says_where_it_failed_and_no_text(s: Scripted, count: int) -> None:
    body = PollAccount(account=ACCOUNT, claim="c").model_dump_json()
    records = [{"messageId": str(n), "body": body} for n in range(count)]
    with log_lines() as log:
        handler("import_orders")({"Records": records}, Context(30_000))
    assert len(log.named("message.failed")) == count
    tells_nothing(log.text)


@pytest.mark.parametrize(
    ("function", "event"),
    [
        *(("reconcile", {"timer": timer}) for timer in ("unsent", "due", "drift", "hooks", "sweep", "orders")),
        ("import_orders", {"tick": "accounts"}),
    ],
)
def test_a_timer_fails_where_lambda_counts_it_and_says_no_text(
    s: Scripted, function: str, event: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with log_lines() as log, pytest.raises(FunctionFailed) as raised:
        handler(function)(event, Context(30_000, "req-5"))
    (line,) = log.named("function.failed")
    assert (line["exception_name"], line["function_request_id"]) == ("Bug", "req-5")
    told = repr(raised.value) + repr(raised.value.__cause__)
    assert raised.value.__suppress_context__  # or else Lambda's runtime would print what was handled meanwhile
    tells_nothing(log.text, told, *capsys.readouterr())


def test_the_webhook_door_fails_so_that_the_shop_sends_again_and_says_no_text(
    s: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps([{"kind": "product", "id": "S0", "email": TEXTS[2]}])
    with log_lines() as log, pytest.raises(FunctionFailed) as raised:
        s.world.webhook(body, {"Signature": SECRET, "Id": "d1"}, request="gw-1")
    (line,) = log.named("function.failed")
    assert (line["exception_name"], line["correlation_id"]) == ("Bug", "gw-1")
    assert s.world.stores.queues.depth(Lane.SHOP_EVENTS) == 0
    tells_nothing(log.text, str(raised.value), *capsys.readouterr())


def test_a_callback_is_answered_with_500_and_its_id_and_says_no_text(
    s: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    event = json.loads((SAMPLES / "oauth_return.json").read_text())
    object.__setattr__(s.world.deps, "secrets", Broken())
    object.__setattr__(s.world.deps, "counters", Broken())
    with log_lines() as log:
        answer = handler("admin_api")(event, Context(30_000))
    assert answer["statusCode"] == 500
    (line,) = log.named("admin.failed")
    assert (line["error"], line["correlation_id"]) == ("Bug", event["requestContext"]["requestId"])
    tells_nothing(log.text, json.dumps(answer), *capsys.readouterr())
