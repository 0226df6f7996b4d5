"""What goes wrong, as an answer: `{"problem": {code, params, fix, text, fix_text}, "fields": [{field, text}]}`."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import ValidationError

from listbridge.admin.views.documents import FieldView, ProblemView, Refusal
from listbridge.domain.ports import Conflict, Missing, NotACursor
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater
from listbridge.services.desk import messages
from listbridge.services.jobs.decide_job import NotWaiting
from listbridge.services.refusal import FieldRefused, Refused

_KIND = re.compile(r"(?:list|literal|constrained-\w+)\[.*\]")
_LOG = logging.getLogger("listbridge.admin")


class InvalidFields(Exception):
    """Something that was sent is not valid, field by field."""

    def __init__(self, fields: Iterable[FieldView]) -> None:
        super().__init__("invalid fields")
        self.fields = tuple(fields)


class MissingAt(Missing):
    """What a field of the body names does not exist."""

    def __init__(self, kind: str, id: str, field: str) -> None:
        super().__init__(kind, id)
        self.field = field


def fields_of(errors: Iterable[Mapping[str, Any]], *, under: str = "") -> list[FieldView]:
    """Pydantic's errors by field name, one for each. Only place and text are taken: the rest may hold what was sent."""
    fields: dict[str, FieldView] = {}
    for error in errors:
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        # Where a field may be of several kinds, pydantic also names the kind: `items.list[str]`.
        name = ".".join(part for part in (under, *place) if part and not _KIND.fullmatch(part))
        text = str(error["msg"]).removeprefix("Value error, ")
        fields.setdefault(name, FieldView(field=name or "body", text=text))
    return list(fields.values())


@contextmanager
def fields_checked(under: str = "") -> Iterator[None]:
    """Turn pydantic's refusal of what was sent into InvalidFields. Outside of this a ValidationError is a bug of ours."""
    try:
        yield
    except ValidationError as error:
        fields = fields_of(error.errors(include_input=False, include_url=False), under=under)
        raise InvalidFields(fields) from None


def answered(status: int, problem: Problem, fields: Iterable[FieldView] = ()) -> Response[str]:
    """A refusal as a response of the resolver."""
    return Response(status_code=status, content_type="application/json", body=_json(problem, fields))


def refused(status: int, problem: Problem, fields: Iterable[FieldView] = ()) -> dict[str, Any]:
    """A refusal as an answer to the gateway, for what never reaches a route."""
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": _json(problem, fields)}


def failed(error: BaseException, request: str) -> dict[str, Any]:
    """The answer to the gateway for a bug of ours that no route met."""
    return refused(500, _bug(error, request))


def _bug(error: BaseException, request: str) -> Problem:
    """Where it happened goes to the log, and no text of the error anywhere: it may hold what must not get out."""
    frames = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]
    fields = {"error": type(error).__name__, "frames": frames, "request": request}
    _LOG.error("admin.failed", extra={"fields": fields})
    return Problem("request_failed", {"request": request}, "report_to_us")


def install(app: APIGatewayRestResolver) -> None:
    """Teach the resolver how every class of error is answered."""
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(InvalidFields)(_invalid_fields)
    app.exception_handler(NotACursor)(
        lambda _: _invalid_fields(InvalidFields([FieldView(field="cursor", text="is none of ours")]))
    )
    app.exception_handler(Missing)(_missing)
    app.exception_handler(Conflict)(lambda _: answered(409, Problem("edited_meanwhile", fix="repeat_edit")))
    app.exception_handler(NotWaiting)(lambda _: answered(409, Problem("job_does_not_wait")))
    app.exception_handler(FieldRefused)(_field_refused)
    app.exception_handler(Refused)(lambda error: answered(409, error.problem))
    app.exception_handler(RemoteError)(_remote)
    app.exception_handler(NotFoundError)(lambda _: answered(404, Problem("no_such_route")))
    app.exception_handler(ServiceError)(lambda error: answered(error.status_code, Problem("request_refused")))
    # Without a handler of its own the resolver would log an unknown error with all its text.
    app.exception_handler(Exception)(
        lambda error: answered(500, _bug(error, app.current_event.request_context.request_id or ""))
    )


def _invalid_request(error: RequestValidationError) -> Response[str]:
    errors = error.errors()
    if any(one.get("type") == "json_invalid" for one in errors):
        return answered(400, Problem("body_unreadable"))
    return answered(422, Problem("invalid_fields"), fields_of(errors))


def _invalid_fields(error: InvalidFields) -> Response[str]:
    return answered(422, Problem("invalid_fields"), error.fields)


def _field_refused(error: FieldRefused) -> Response[str]:
    return answered(422, error.problem, [FieldView(field=error.field, text=messages.text(error.problem))])


def _missing(error: Missing) -> Response[str]:
    problem = Problem("not_found", {"kind": error.kind.replace("_", " "), "id": error.id})
    named = [FieldView(field=error.field, text=messages.text(problem))] if isinstance(error, MissingAt) else []
    return answered(404, problem, named)


def _remote(error: RemoteError) -> Response[str]:
    """A platform's refusal is a conflict with what is there; its silence is a bad gateway."""
    return answered(502 if isinstance(error, RetryLater | OutcomeUnknown) else 409, error.problem)


def _json(problem: Problem, fields: Iterable[FieldView]) -> str:
    refusal = Refusal(problem=ProblemView.of(problem), fields=tuple(fields))
    return json.dumps(refusal.model_dump(mode="json"), ensure_ascii=False)
