"""An installation per test, and nothing of it left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from tests.unit.functions.installation import Installation
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield Installation()
    bootstrap.use(None)
    settings.forget()


@pytest.fixture
def seller(installation: Installation) -> Seller:
    return Seller(installation)


@pytest.fixture
def desk(installation: Installation) -> OrderDesk:
    return OrderDesk(installation)
