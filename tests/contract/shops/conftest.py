"""Every shop that the registry finds, each before its simulator."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.registry import slugs
from tests.contract.shops.staging import StagedShop, staged_shop


@pytest.fixture(params=slugs("shops"))
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(slug: str) -> StagedShop:
    staged: Any = staged_shop(slug)()
    return staged
