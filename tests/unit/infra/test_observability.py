from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain import trace
from listbridge.domain.ids import Sku
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra import observability, settings
from listbridge.infra.observability import REDACTED, redacted


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Everything logged since, parsed."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "sync_catalog")
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    settings.forget()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    observability.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    monkeypatch.undo()
    settings.forget()
    observability.configure()
    root.handlers[:] = before
    root.setLevel(level)


def log(event: str, **fields: Any) -> None:
    logging.getLogger("listbridge.test").info(event, extra={"fields": fields})


def test_a_line_is_one_json_object_with_the_event_and_its_facts(lines: Any) -> None:
    log("unit_revised", account="acc_1", rows=3, sku=Sku("CUP\n1"), share=0.5, ok=True, none=None)
    (line,) = lines()
    assert line.pop("timestamp").endswith("+00:00")
    assert line.pop("location").startswith("log:")
    assert line == {
        "level": "INFO",
        "message": "unit_revised",
        "logger": "listbridge.test",
        "service": "sync_catalog",
        "account": "acc_1",
        "rows": 3,
        "sku": "CUP\n1",
        "share": 0.5,
        "ok": True,
        "none": None,
    }


def test_the_work_in_hand_stands_on_every_line_until_it_is_done(lines: Any) -> None:
    with trace.begun("webhook", "cor-1", shop="shop_1"):
        log("one")
        with trace.about(listing="acc_1#X_DE#CUP"):
            log("two")
        log("three", shop="shop_2")
    log("four")
    shown = [{k: line.get(k) for k in ("correlation_id", "reason", "shop", "listing")} for line in lines()]
    assert shown == [
        {"correlation_id": "cor-1", "reason": "webhook", "shop": "shop_1", "listing": None},
        {"correlation_id": "cor-1", "reason": "webhook", "shop": "shop_1", "listing": "acc_1#X_DE#CUP"},
        {"correlation_id": "cor-1", "reason": "webhook", "shop": "shop_2", "listing": None},
        {"correlation_id": None, "reason": None, "shop": None, "listing": None},
    ]


def test_the_invocation_stands_on_every_line_until_the_next_one(lines: Any) -> None:
    for request in ("r-1", "r-2"):
        observability.invoked(request)
        log("first")
        log("second")
    assert [line["function_request_id"] for line in lines()] == ["r-1", "r-1", "r-2", "r-2"]
    assert lines()[-1]["cold_start"] is False


def test_a_line_of_a_library_is_ours_too_and_is_redacted(lines: Any) -> None:
    logging.getLogger("somebody.elses").warning("no route to %s", "Bearer abc.def", extra={"email": "a@b.example"})
    (line,) = lines()
    assert (line["message"], line["email"]) == (f"no route to Bearer {REDACTED}", REDACTED)


def test_debug_lines_are_left_out_by_default(lines: Any) -> None:
    logging.getLogger("listbridge.test").debug("detail")
    logging.getLogger("botocore.hooks").info("chatter")
    assert lines() == []


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "access_token",
        "X-Api-Key-Secret",
        "client_secret",
        "password",
        "hmac",
        "Set-Cookie",
        "buyer_name",
        "email",
        "phone",
        "shipping_address",
        "customer",
    ],
)
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
    assert first["message"] == f"failed with {REDACTED}"
    assert first["detail"] == f"<{REDACTED}>"
    assert first["tiny"] == "tiny"  # too short to be a secret: it would black out half of every line
    assert second["exception_name"] == "RuntimeError"
    assert "refused" not in second["exception"]


def test_of_an_exception_its_types_codes_and_places_are_shown_and_no_text(lines: Any) -> None:
    texts = ("12 Main Street, Springfield", "ada@example.com", "token shpat_0123456789abcdef")
    try:
        try:
            try:
                raise KeyError(texts[0])
            except KeyError as error:
                raise Rejected(Problem("address_refused", {"why": texts[0]}), detail=texts[1]) from error
        except Rejected as error:
            error.add_note(texts[2])
            raise ValueError(*texts) from error
    except ValueError:
        logging.getLogger("listbridge.test").exception("boom")
    (line,) = lines()
    written = json.dumps(line)
    assert not any(text in written for text in texts)
    shown = line["exception"].splitlines()
    assert [one for one in shown if not one.startswith("  ")] == [
        "builtins.ValueError",
        "listbridge.domain.verdicts.Rejected (address_refused)",
        "builtins.KeyError",
    ]
    assert any("test_observability.py" in one for one in shown)


def test_an_answer_of_aws_is_shown_by_its_code(lines: Any) -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "arn of somebody"}}, "GetItem")
    logging.getLogger("listbridge.test").error("boom", exc_info=denied)
    (line,) = lines()
    assert line["exception"].splitlines()[0] == "botocore.exceptions.ClientError (AccessDenied)"
    assert "arn of somebody" not in json.dumps(line)


def test_an_object_of_ours_is_logged_as_its_text_and_redacted() -> None:
    class Thing:
        def __str__(self) -> str:
            return "thing of ada@example.com"

    assert redacted({"thing": Thing()}) == {"thing": f"thing of {REDACTED}"}


def test_an_event_that_is_counted_is_one_line_in_the_embedded_format(lines: Any) -> None:
    logging.getLogger().setLevel("ERROR")
    observability.invoked("req-1")
    with trace.begun("gateway", "gw-1"):
        observability.count(
            "webhook", "webhook.forged", level=logging.WARNING, facts={"shop": "shop_a"}, outcome="forged"
        )
    (line,) = lines()
    assert line["_aws"].pop("Timestamp") > 1_700_000_000_000
    assert line.pop("timestamp").endswith("+00:00")
    assert line.pop("cold_start") in (True, False)
    (directive,) = line.pop("_aws")["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Listbridge",
        "Dimensions": [["service", "outcome"]],
        "Metrics": [{"Name": "webhook", "Unit": "Count"}],
    }
    assert line == {
        "level": "WARNING",
        "message": "webhook.forged",
        "service": "sync_catalog",
        "function_request_id": "req-1",
        "correlation_id": "gw-1",
        "reason": "gateway",
        "hops": 0,
        "shop": "shop_a",
        "outcome": "forged",
        "webhook": 1,
    }


def test_no_secret_and_no_address_stands_on_a_line_that_counts(lines: Any) -> None:
    observability.protect("s3cret-of-the-shop")
    facts = {"shop": "s3cret-of-the-shop", "token": "t", "told": "a@b.example"}
    observability.count("webhook", "webhook.queued", facts=facts, outcome="queued")
    (line,) = lines()
    assert (line["shop"], line["token"], line["told"]) == (REDACTED, REDACTED, REDACTED)


def test_an_alarm_is_a_metric_of_the_whole_deployment(lines: Any, capsys: pytest.CaptureFixture[str]) -> None:
    observability.alarm("ChainStopped", lane="revise")
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"]]
    assert (line["service"], line["lane"], line["ChainStopped"]) == ("listbridge", "revise", [1.0])


@given(st.sampled_from(observability._PATTERNS).flatmap(lambda one: st.from_regex(one[0])))
def test_what_a_pattern_finds_is_never_passed_by(text: str) -> None:
    """Most texts are looked at once, not with each pattern: that look must see whatever a pattern would."""
    assert observability._MAY_MATCH.search(text)
