"""Logs and metrics: one JSON object a line, on standard output, where Lambda picks them up.

Plain standard library: Powertools' logger and metrics would add about 25 ms to a cold start of the webhook door
(measured with byte-compiled packages on Python 3.13: 40 ms for the import, 14 ms of which `json` and `logging` cost anyway).
Metrics are CloudWatch's embedded metric format (AWS: "Specification: Embedded metric format", CloudWatch user guide).

Log an event by its name, with its facts beside it:

    _LOG = logging.getLogger("listbridge.drainer")
    _LOG.info("unit_revised", extra={"fields": {"account": account.id, "rows": 3}})
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

REDACTED = "[redacted]"
_SHORTEST_SECRET = 8
_REMEMBERED = 400
_WORDS = (
    "authorization", "token", "secret", "password", "passwd", "signature", "cookie", "credential", "apikey", "api_key",
    "private", "hmac", "email", "phone", "street", "address", "buyer", "customer", "first_name", "last_name", "postcode",
    "zip",
)  # fmt: skip
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=^#-]+"), r"\1 " + REDACTED),
    (
        re.compile(
            r"(?i)([?&](?:[\w-]*(?:token|secret|signature|hmac|key|code|password)[\w-]*)=)[^&\s\"'\\]+"
        ),
        r"\1" + REDACTED,
    ),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), REDACTED),  # a JSON web token
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), REDACTED),  # an e-mail address
)
_bound: dict[str, Any] = {}


class _Protected:
    """The secret values this process has seen, so that none of them can appear in a line however it got there."""

    def __init__(self) -> None:
        self._values: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()

    def add(self, value: str) -> None:
        forms = {value, json.dumps(value)[1:-1]}
        with self._lock:
            for form in forms:
                if len(form) >= _SHORTEST_SECRET and form not in self._values:
                    self._values.append(form)

    def remove_from(self, line: str) -> str:
        with self._lock:
            for value in self._values:
                if value in line:
                    line = line.replace(value, REDACTED)
        return line


_protected = _Protected()


def protect(*values: str) -> None:
    """Never show these values in a log again (the last four hundred are remembered)."""
    for value in values:
        _protected.add(value)


def redacted(value: Any, name: str = "") -> Any:
    """A copy fit for a log: what is named like a credential or a buyer's datum is gone, however deep it stands."""
    if isinstance(value, Mapping):
        return {str(key): redacted(inner, str(key)) for key, inner in value.items()}
    if name and any(word in name.lower() for word in _WORDS) and not isinstance(value, bool | None):
        return REDACTED
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner) for inner in value]
    if isinstance(value, str):
        return _without_patterns(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return _without_patterns(str(value))


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON: level, event, logger, service, timestamp, what is bound, and the facts."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Redacted: a line never holds a secret or a buyer's datum."""
        facts = getattr(record, "fields", None)
        line: dict[str, Any] = {
            "level": record.levelname,
            "event": _without_patterns(record.getMessage()),
            "logger": record.name,
            "service": self._service,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **redacted({**_bound, **(facts if isinstance(facts, Mapping) else {})}),
        }
        if record.exc_info:
            line["exception"] = _without_patterns(self.formatException(record.exc_info))
        return _protected.remove_from(json.dumps(line, ensure_ascii=False, default=str))


def configure(stream: TextIO | None = None) -> None:
    """Send every log line of the process to standard output as JSON, from LOG_LEVEL on. Call once per process."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(_service()))
    root = logging.getLogger()
    root.handlers[:] = [handler]  # Lambda's own handler would write every line a second time
    root.setLevel(os.environ.get("LOG_LEVEL") or "INFO")
    for chatty in ("botocore", "pynamodb"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings hold whole addresses, queries and all


def bind(**facts: Any) -> None:
    """Put these facts (the request id, the shop) on every line from now on; what was bound before is gone."""
    _bound.clear()
    _bound.update(facts)


def count(
    metric: str, value: float = 1, *, unit: str = "Count", stream: TextIO | None = None, **dimensions: str
) -> None:
    """One CloudWatch metric, in the embedded format. Dimensions are few-valued: an outcome, a lane; never an id."""
    facts = {"service": _service(), **dimensions}
    directive = {
        "Namespace": os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or "Listbridge",
        "Dimensions": [list(facts)],
        "Metrics": [{"Name": metric, "Unit": unit}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        **facts,
        metric: value,
    }
    out = stream or sys.stdout
    out.write(_protected.remove_from(json.dumps(line)) + "\n")
    out.flush()


def _service() -> str:
    return os.environ.get("POWERTOOLS_SERVICE_NAME") or "listbridge"


def _without_patterns(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
