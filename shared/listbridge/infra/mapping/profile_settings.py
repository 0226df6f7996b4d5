"""The settings of a creation profile: read against the platform's own model, and told field by field where they are not right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from listbridge.domain.ports import FieldProblem
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected

M = TypeVar("M", bound=BaseModel)
_FIX = "edit_creation_profile"


def read_settings(model: type[M], raw: Mapping[str, Any]) -> M:
    """Raises Rejected, naming the first field that is not right."""
    wrong = settings_problems(model, raw)
    if wrong:
        raise Rejected(wrong[0].problem)
    return model.model_validate(dict(raw))


def settings_problems(model: type[BaseModel], raw: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
    """Every field that is not right, as `settings.…`."""
    try:
        model.model_validate(dict(raw))
    except ValidationError as error:
        places = [".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)]
        return tuple(
            FieldProblem(f"settings.{place}", Problem("creation_profile_invalid", {"field": place}, _FIX))
            for place in places
        )
    return ()
