"""What every adapter does with an answer before it knows what the answer says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ValidationError
from requests import Response

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.calls.streamed_body import StreamedBody

A = TypeVar("A", Response, StreamedBody)
M = TypeVar("M", bound=BaseModel)
_UNAUTHORIZED = 401
_MOST_PLACES = 5
_LONGEST_WAIT_S = 60.0


def with_living_token(
    send: Callable[[], A], renew: Callable[[], bool], refused: Callable[[A], bool] | None = None
) -> A:
    """The answer to one call, repeated once with a fresh token when the token was refused: a 401, unless `refused` tells it.

    A call whose token is refused was not looked at, so certainly not applied: tokens also die before their time. `renew`
    drops the refused one, and says whether there is a way to another.
    """
    response = send()
    told = response.status_code == _UNAUTHORIZED if refused is None else refused(response)
    return send() if told and renew() else response


def json_object(response: Response) -> Mapping[str, Any] | None:
    """The answer's JSON object; None for anything else: no body, a page of some edge server, a list."""
    try:
        body = response.json() if response.content else None
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, Mapping) else None


def part_at(told: Any, path: Sequence[str]) -> Any:
    """What stands at this path of JSON objects; None where there is no such place."""
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def readable(rows: Any, model: type[M]) -> list[M]:
    """Those rows of a list that have the model's shape; none where there is no list."""
    found = []
    for row in rows if isinstance(rows, list) else []:
        with suppress(ValidationError):
            found.append(model.model_validate(row))
    return found


def located(response: Response) -> str:
    """The last part of the Location header, which is what was made; empty where there is none."""
    return unquote(urlsplit(response.headers.get("Location", "")).path.rsplit("/", 1)[-1])


def places(error: ValidationError) -> str:
    """Where an answer has not the shape that it should have: `lines.0.price, total`. Never with what, which may be a buyer's."""
    found = {".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)}
    return ", ".join(sorted(found)[:_MOST_PLACES])


def retry_after(header: str | None) -> float | None:
    """The seconds of a `Retry-After`, half of one to a minute; None where it is absent or a date."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return min(_LONGEST_WAIT_S, max(0.5, seconds)) if seconds == seconds else None


def waiting(error: RemoteError, response: Response) -> RemoteError:
    """The verdict, for a spent limit with as long a wait as the answer says; one that says none leaves the verdict's own."""
    if isinstance(error, RateLimited):
        error.after_s = retry_after(response.headers.get("Retry-After")) or error.after_s
    return error


def moment(text: Any) -> datetime | None:
    """A time with its zone as ISO 8601 writes it; None for anything else."""
    try:
        told = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return told if told is not None and told.tzinfo is not None else None
