from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge import registry
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import Stage, staged
from tests.platforms_in_tests import MARKETPLACES, installed


@pytest.fixture
def ebay() -> EbayStage:
    return EbayStage()


@pytest.fixture(params=[*registry.slugs("marketplaces"), *MARKETPLACES])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each marketplace that the registry finds, and those that exist only in tests, on its simulator."""
    with installed():
        yield staged(request.param)()
