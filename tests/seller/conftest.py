"""The statements of a seller, each on every marketplace: a test that takes `merchant` runs three times.

`@only("ebay", "etsy")` keeps a test to the marketplaces that it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from tests.seller.merchant import MERCHANTS, Merchant

Open = Callable[..., Merchant]


@pytest.fixture(params=MERCHANTS)
def merchant_with(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Anna on one marketplace, her account with the fields that the test gives."""
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    kind = MERCHANTS[request.param]

    def opened(**account: Any) -> Merchant:
        return kind(kind.installed(), **account)

    yield opened
    bootstrap.use(None)
    settings.forget()


@pytest.fixture
def merchant(merchant_with: Open) -> Merchant:
    """Anna on one marketplace, as an account is by default but for the guard, which asks nothing."""
    return merchant_with()
