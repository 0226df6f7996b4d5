from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from listbridge.domain.ids import Sku
from listbridge.infra import observability
from listbridge.infra.observability import REDACTED, redacted


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Everything logged since, parsed."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "sync_catalog")
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    observability.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    observability.bind()
    root.handlers[:] = before
    root.setLevel(level)


def log(event: str, **fields: Any) -> None:
    logging.getLogger("listbridge.test").info(event, extra={"fields": fields})


def test_a_line_is_one_json_object_with_the_event_and_its_facts(lines: Any) -> None:
    log("unit_revised", account="acc_1", rows=3, sku=Sku("CUP\n1"), share=0.5, ok=True, none=None)
    (line,) = lines()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "INFO", "event": "unit_revised", "logger": "listbridge.test", "service": "sync_catalog", "account": "acc_1",
        "rows": 3, "sku": "CUP\n1", "share": 0.5, "ok": True, "none": None,
    }  # fmt: skip


def test_bound_facts_stand_on_every_line_until_others_are_bound(lines: Any) -> None:
    observability.bind(request_id="r-1")
    log("one")
    observability.bind(request_id="r-2")
    log("two")
    assert [line["request_id"] for line in lines()] == ["r-1", "r-2"]


def test_debug_lines_are_left_out_by_default(lines: Any) -> None:
    logging.getLogger("listbridge.test").debug("detail")
    logging.getLogger("botocore.hooks").info("chatter")
    assert lines() == []


@pytest.mark.parametrize(
    "name",
    ["Authorization", "access_token", "X-Api-Key-Secret", "client_secret", "password", "hmac", "Set-Cookie", "buyer_name",
     "email", "phone", "shipping_address", "customer"],
)  # fmt: skip
def test_what_is_named_like_a_credential_or_a_buyer_s_datum_is_gone_however_deep(name: str) -> None:
    shown = redacted({"a": [{"b": {name: "Ada-1815"}}], name: {"x": "Ada-1815"}, "sku": "S1"})
    assert "Ada-1815" not in str(shown.get("a"))
    assert shown["sku"] == "S1"
    assert redacted({name: "Ada-1815"}) == {name: REDACTED}
    assert redacted({name: ["Ada-1815"]}) == {name: REDACTED}


def test_a_mapping_under_a_telling_name_loses_its_telling_parts() -> None:
    assert redacted({"customer": {"first_name": "Ada", "email": "a@b.example"}}) == {
        "customer": {"first_name": REDACTED, "email": REDACTED}
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sent Authorization: Bearer abc.def/ghi+1=", f"sent Authorization: Bearer {REDACTED}"),
        ("Basic dXNlcjpwYXNz", f"Basic {REDACTED}"),
        ("GET /x?a=1&access_token=abc123&b=2", f"GET /x?a=1&access_token={REDACTED}&b=2"),
        ("GET /cb?code=v1.1%23x&state=7", f"GET /cb?code={REDACTED}&state=7"),
        ("for ada.lovelace+shop@example.co.uk now", f"for {REDACTED} now"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 end", f"jwt {REDACTED} end"),
        ("shop 7 - buffer 2 = 5", "shop 7 - buffer 2 = 5"),
        ("https://host.example/v1/items?limit=5", "https://host.example/v1/items?limit=5"),
    ],
)
def test_what_looks_like_a_secret_is_gone_from_any_text(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_known_secret_is_gone_wherever_it_turns_up(lines: Any) -> None:
    secret = 'p4ss"word\\with-quotes'
    observability.protect(secret, "tiny")
    log(f"failed with {secret}", detail=f"<{secret}>", tiny="tiny")
    try:
        raise RuntimeError(f"refused {secret}")
    except RuntimeError:
        logging.getLogger("listbridge.test").exception("boom")
    first, second = lines()
    assert first["event"] == f"failed with {REDACTED}"
    assert first["detail"] == f"<{REDACTED}>"
    assert first["tiny"] == "tiny"  # too short to be a secret: it would black out half of every line
    assert "with-quotes" not in second["exception"]
    assert "RuntimeError: refused" in second["exception"]


def test_an_object_of_ours_is_logged_as_its_text_and_redacted() -> None:
    class Thing:
        def __str__(self) -> str:
            return "thing of ada@example.com"

    assert redacted({"thing": Thing()}) == {"thing": f"thing of {REDACTED}"}


def test_a_metric_is_a_line_in_the_embedded_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webhook_ingest")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Listbridge")
    stream = io.StringIO()
    observability.count("Deliveries", outcome="forged", stream=stream)
    line = json.loads(stream.getvalue())
    assert line["_aws"].pop("Timestamp") > 1_700_000_000_000
    assert line == {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Listbridge",
                    "Dimensions": [["service", "outcome"]],
                    "Metrics": [{"Name": "Deliveries", "Unit": "Count"}],
                }
            ]
        },
        "service": "webhook_ingest",
        "outcome": "forged",
        "Deliveries": 1,
    }
