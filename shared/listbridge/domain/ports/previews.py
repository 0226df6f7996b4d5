"""What would be refused of a product, and where to fix it."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.ids import Sku
from listbridge.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that a marketplace would refuse, and where to fix it: a field of the product in the shop (`title`,
    `images`), or one of the creation profile (`settings.…`); "" is the product itself. `sku` None: it is about all of
    the product."""

    field: str
    problem: Problem
    sku: Sku | None = None
