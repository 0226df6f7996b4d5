"""Which rule counts where several levels have one."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.configuration import PriceRule, QuantityRule, Rules
from listbridge.domain.rules.in_force import nearest
from tests.unit.domain.rules.test_quantity import rule


def test_the_nearest_level_that_has_a_rule_wins_for_each_rule_apart() -> None:
    near = Rules(quantity=rule("cap", 3))
    far = Rules(quantity=rule("cap", 9), price=PriceRule(ratio=Decimal(2)))
    assert nearest([near, Rules(), far]) == (rule("cap", 3), PriceRule(ratio=Decimal(2)))
    assert nearest([Rules(), Rules()]) == (QuantityRule(), PriceRule())
