from __future__ import annotations

import pytest

from listbridge import registry
from tests.contract.marketplaces.stages import STAGES, EbayStage, Stage


@pytest.fixture
def ebay() -> EbayStage:
    return EbayStage()


@pytest.fixture(params=registry.slugs("marketplaces"))
def stage(request: pytest.FixtureRequest) -> Stage:
    """Each marketplace that the registry finds, on its simulator."""
    assert request.param in STAGES, f"{request.param} has no stage: its adapter is not held to the contract"
    return STAGES[request.param]()
