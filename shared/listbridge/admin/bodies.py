"""What a request's body may be, before any route looks at it: JSON of a size and shape that a row can hold."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from listbridge.admin.views.documents import FieldView
from listbridge.domain.problem import Problem

LARGEST = 128 * 1024
"""Bytes. An edit is stored twice at most, in its job and as the document, and a row holds 400 KB."""
_DEEPEST = 32
_LONGEST_NUMBER = 40
_JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


class BodyRefused(Exception):
    """The body cannot be used; `status` is 400, 413, 415 or 422. `fields` is what is not valid of it."""

    def __init__(self, status: int, code: str, *fields: FieldView, **params: str) -> None:
        super().__init__(code)
        self.status = status
        self.fields = fields
        self.problem = Problem(code, params, "send_as_json" if status == 415 else "")


def with_checked_body(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its body as text, and without the content type: from here on a body is JSON. Raises BodyRefused.

    Refused are bodies without a content type or of another type than JSON (a merge patch only where there is something to patch), more than 128 KiB, everything
    but an object, and JSON that no row of ours could hold: nested more than 32 deep, numbers of more than 40 characters or without a value, half a surrogate pair.
    """
    text = _text(event)
    if not text:
        return {**event, "body": None, "isBase64Encoded": False} | _without_type(event)
    _refuse_too_large(text)
    given = _type_of(event)
    if not given:
        raise BodyRefused(415, "content_type_missing")
    if given not in (_JSON, *((MERGE_PATCH,) if event.get("httpMethod") == "PATCH" else ())):
        raise BodyRefused(415, "json_expected", given=given[:100])
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_decimal, parse_constant=_no_number)
        _check(value)
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        raise BodyRefused(400, "body_unreadable") from None
    if not isinstance(value, dict):
        raise BodyRefused(422, "invalid_fields", FieldView(field="body", text="must be a JSON object"))
    return {**event, "body": text, "isBase64Encoded": False} | _without_type(event)


def refuse_too_large(event: Mapping[str, Any]) -> None:
    """Of a body that is not to be read here. Raises BodyRefused."""
    _refuse_too_large(str(event.get("body") or ""))


def _refuse_too_large(text: str) -> None:
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise BodyRefused(413, "body_too_large", most=str(LARGEST))


def _text(event: Mapping[str, Any]) -> str:
    body = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode()
    except ValueError:  # binascii.Error and UnicodeDecodeError are
        raise BodyRefused(400, "body_unreadable") from None


def _type_of(event: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return str(headers.get("content-type") or "").split(";")[0].strip().lower()


def _without_type(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        kind: {name: value for name, value in (event.get(kind) or {}).items() if name.lower() != "content-type"}
        for kind in ("headers", "multiValueHeaders")
    }


def _check(value: object) -> None:
    """Walks it without recursion. Raises ValueError."""
    todo = [(value, 1)]
    while todo:
        one, depth = todo.pop()
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(one, str):
            one.encode()
        elif isinstance(one, dict):
            for name, inner in one.items():
                name.encode()
                todo.append((inner, depth + 1))
        elif isinstance(one, list):
            todo += [(inner, depth + 1) for inner in one]


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _no_number(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    return _no_number(digits) if len(digits) > _LONGEST_NUMBER or number in (float("inf"), float("-inf")) else number


def _no_number(digits: str) -> NoReturn:
    raise ValueError(f"a number of {len(digits)} characters")
