"""The roots of an adapter's wire models: what we read ignores what we do not know, what we send refuses it.

A validation error never shows a value, for it may be a buyer's.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Told(BaseModel):
    """A part of an answer, its fields named as the platform names them."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class CamelTold(Told):
    """The same where the platform writes `orderId` for our `order_id`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Sent(BaseModel):
    """A body to send, or a part of one. A field that is not in the model is our own mistake, and raises ValidationError."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def body(self) -> dict[str, Any]:
        """The JSON object; what is None is left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class CamelSent(Sent):
    """The same in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
