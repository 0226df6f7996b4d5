"""What a call to the simulated shop says, as far as it is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationDefinitionNode

from simulators.kit import wire as kit
from simulators.shopify.answers import root_field
from simulators.shopify.execution import Prepared


@dataclass(slots=True)
class Call(kit.Call):
    """A request to the token endpoint or to the Admin API. Costs in points; `outcome` as the journal tells it."""

    prepared: Prepared = field(init=False, repr=False)
    document: OperationDefinitionNode | None = None
    name_asked: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    requested_cost: int | None = None
    actual_cost: int | None = None

    def asked(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where it is none, or does not say so."""
        try:
            told = self.json() if self.is_json else None
        except ValueError:
            told = None
        return told if isinstance(told, dict) else {}

    def understand(self, prepared: Prepared, asked: Mapping[str, Any]) -> None:
        """Take the document in: which of its operations is meant, with which variables."""
        self.prepared = prepared
        self.name_asked = asked.get("operationName")
        self.document = prepared.operation(self.name_asked)
        self.operation = root_field(self.document)
        self.variables = asked.get("variables") or {}

    @property
    def name(self) -> str | None:
        """What the document calls the operation, or else the caller."""
        named = self.document.name if self.document is not None else None
        return named.value if named is not None else self.name_asked
