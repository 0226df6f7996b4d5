"""Logs and metrics by Powertools: one JSON object a line, on standard output, where Lambda picks them up.

What Powertools does not do is done here. Every line passes the redactor. Of an exception a line shows its type, its code
and where it came from, never its text: that may hold a token, an address, anything that somebody sent. The trace of the
work in hand (`domain/trace.py`) stands on every line. The cost is in ADR 17.

Services know nothing of Powertools. They log an event by its name, with its facts beside it:

    _LOG = logging.getLogger("listbridge.drainer")
    _LOG.info("unit_revised", extra={"fields": {"account": account.id, "rows": 3}})
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.logging.logger import Logger
from aws_lambda_powertools.logging.types import LogRecord
from aws_lambda_powertools.metrics import EphemeralMetrics

from listbridge.domain import trace
from listbridge.infra import settings

REDACTED = "[redacted]"
_NAMESPACE = "Listbridge"
_SHORTEST_SECRET = 8
_REMEMBERED = 400
_WORDS = (
    "authorization",
    "token",
    "secret",
    "password",
    "passwd",
    "signature",
    "cookie",
    "credential",
    "apikey",
    "api_key",
    "private",
    "hmac",
    "email",
    "phone",
    "street",
    "address",
    "buyer",
    "customer",
    "first_name",
    "last_name",
    "postcode",
    "zip",
)
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=^#-]+"), r"\1 " + REDACTED),
    (
        re.compile(r"(?i)([?&](?:[\w-]*(?:token|secret|signature|hmac|key|code|password)[\w-]*)=)[^&\s\"'\\]+"),
        r"\1" + REDACTED,
    ),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), REDACTED),  # a JSON web token
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), REDACTED),  # an e-mail address
)

_MAY_MATCH = re.compile(r"(?i)bearer|basic|[?&@]|eyj")
"""In every text that one of the patterns matches."""


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
_logger: Logger | None = None
_stream: TextIO | None = None
_invocation: dict[str, Any] = {}
_cold = True


def protect(*values: str) -> None:
    """Never show these values in a log again (the last four hundred are remembered)."""
    for value in values:
        _protected.add(value)


def redacted(value: Any, name: str = "") -> Any:
    """A copy fit for a log: what is named like a credential or a buyer's datum is gone, however deep it stands."""
    if isinstance(value, Mapping):
        return {str(key): redacted(inner, str(key)) for key, inner in value.items()}
    if name and not isinstance(value, bool | None) and _is_named_like_a_secret(name):
        return REDACTED
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner) for inner in value]
    if isinstance(value, str):
        return _without_patterns(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return _without_patterns(str(value))


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Powertools' log line with the current work and the event's facts on it, and nothing that must not get out."""

    def __init__(self) -> None:
        # The logger's name, level and so on are filled in by the base class from each record.
        super().__init__(use_rfc3339=True, utc=True, serialize_stacktrace=False, service=_service(), name="%(name)s")

    def serialize(self, log: LogRecord) -> str:
        """The line: everything in it redacted."""
        line: dict[str, Any] = dict(log)
        facts = line.pop("fields", None)
        line["logger"] = line.pop("name")
        line.pop("exception_notes", None)
        whole = {**line, **trace.line(), **(facts if isinstance(facts, Mapping) else {})}
        return _protected.remove_from(json.dumps(redacted(whole), ensure_ascii=False, default=str))

    def formatException(self, ei: Any) -> str:  # logging's name of it
        """Types, codes and places of the exception and of what it came from; no text of any."""
        return "\n".join(_shown(ei[1])) if ei and ei[1] is not None else ""


def failure(error: BaseException) -> dict[str, Any]:
    """The facts of an exception that are fit for a log: its type, and its code where it has one."""
    code = _code_of(error)
    return {"error": type(error).__name__, **({"code": code} if code else {})}


def configure(stream: TextIO | None = None) -> None:
    """Send every log line of the process to standard output as JSON, from LOG_LEVEL on. Call once per process."""
    global _logger, _stream
    _stream = stream
    handler, formatter = logging.StreamHandler(stream or sys.stdout), RedactingFormatter()
    handler.setFormatter(formatter)
    level = settings.told().log_level
    _logger = Logger(service=_service(), level=level, logger_handler=handler, logger_formatter=formatter)
    named = logging.getLogger(_service())
    named.handlers[:] = [handler]
    named.propagate = False  # its lines would come a second time through the root
    root = logging.getLogger()
    root.handlers[:] = [handler]  # Lambda's own would write every line a second time
    root.setLevel(level)
    for chatty in ("botocore", "pynamodb"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings hold whole addresses, queries and all


def invoked(request_id: str) -> None:
    """Put Lambda's id of this invocation on every line, from whatever thread, until the next one begins."""
    global _cold, _invocation
    _invocation = {"function_request_id": request_id, "cold_start": _cold}
    if _logger is not None:
        _logger.append_keys(**_invocation)
    _cold = False


def count(metric: str, event: str, *, level: int = logging.INFO, facts: Mapping[str, str], **dimensions: str) -> None:
    """Log an event by its name, and count it, in one line: a metric in CloudWatch's embedded format is a log line as well.

    It is written whatever LOG_LEVEL is, for the metric must not depend on that. Dimensions are few-valued: an outcome, a
    lane; never an id, which is a fact. Powertools makes two lines of it and takes four times the processor time (ADR 17).
    """
    now = datetime.now(UTC)
    service = _service()
    told = {
        "level": logging.getLevelName(level),
        "message": event,
        "timestamp": now.isoformat(timespec="milliseconds"),
        "service": service,
        **_invocation,
        **trace.line(),
        **facts,
        **dimensions,
    }
    directive = {
        "Namespace": _NAMESPACE,
        "Dimensions": [["service", *dimensions]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    embedded = {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    line = json.dumps({**redacted(told), metric: 1, "_aws": embedded}, ensure_ascii=False)
    print(_protected.remove_from(line), file=_stream or sys.stdout, flush=True)


def alarm(metric: str, **facts: str) -> None:
    """Count something that a person must hear about. One dimension whatever function it is, so that one alarm watches
    it."""
    metrics = EphemeralMetrics(namespace=_NAMESPACE, service="listbridge")
    for name, told in facts.items():
        metrics.add_metadata(name, told)
    metrics.add_metric(metric, "Count", 1)
    metrics.flush_metrics()


def _service() -> str:
    return settings.told().powertools_service_name


@lru_cache(maxsize=1024)
def _is_named_like_a_secret(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in _WORDS)


def _without_patterns(text: str) -> str:
    if not _MAY_MATCH.search(text):  # most texts: one look instead of four
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _shown(error: BaseException) -> Iterator[str]:
    """Line by line, what may be told about an exception and, below it, of those that it came from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        code = _code_of(current)
        yield f"{type(current).__module__}.{type(current).__qualname__}" + (f" ({code})" if code else "")
        for frame in traceback.extract_tb(current.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _code_of(error: BaseException) -> str:
    """The code of a verdict of ours, or of an answer of AWS: both name a kind of failure and hold nothing that was sent."""
    problem = getattr(error, "problem", None)
    if problem is not None:
        return str(getattr(problem, "code", ""))
    answer = getattr(error, "response", None)
    told = answer.get("Error") if isinstance(answer, dict) else None
    return str(told.get("Code", "")) if isinstance(told, dict) else ""
