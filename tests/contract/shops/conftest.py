"""Every shop that the registry finds, and those that exist only in tests, each before its simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge.registry import slugs
from tests.contract.shops.staging import StagedShop, staged_shop
from tests.platforms_in_tests import SHOPS, installed


@pytest.fixture(params=[*slugs("shops"), *SHOPS])
def slug(request: pytest.FixtureRequest) -> Iterator[str]:
    with installed():
        yield str(request.param)


@pytest.fixture
def shop(slug: str) -> StagedShop:
    return staged_shop(slug)()
