"""Texts in a certain form. A text in another form is answered with words, never with the regular expression that it failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """In `Annotated[str, WrittenAs(…)]`: the whole text matches `pattern`, and `expected` says in words what that is, behind
    "must be". The JSON schema has the pattern, for programs."""

    pattern: str
    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        form = re.compile(self.pattern)

        def checked(value: str) -> str:
            if form.fullmatch(value) is None:
                raise ValueError(f"must be {self.expected}")
            return value

        return AfterValidator(checked).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern}
