"""When a set of changes needs a yes: both the count and the share must be passed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.configuration import GuardLimits
from listbridge.services.guard import over_limit


@pytest.mark.parametrize(
    ("changes", "live", "stopped"),
    [
        (25, 25, False),  # a small account may change all it has
        (26, 26, True),
        (26, 260, False),  # exactly the share
        (26, 259, True),
        (100, 1000, False),
        (101, 1000, True),
        (1000, 1_000_000, False),
        (0, 0, False),
    ],
)
def test_the_default_limit_is_a_tenth_and_25(changes: int, live: int, stopped: bool) -> None:
    assert over_limit(GuardLimits(), changes, live) is stopped


def test_a_sellers_own_limits_replace_both() -> None:
    limits = GuardLimits(share=Decimal("0.5"), count=1)
    assert over_limit(limits, 2, 3) is True
    assert over_limit(limits, 2, 4) is False
    assert over_limit(limits, 1, 1) is False
