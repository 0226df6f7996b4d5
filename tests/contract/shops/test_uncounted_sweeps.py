"""A shop that does not count its products passes the suite of sweeps, and one that forgets its count does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from listbridge import registry
from tests.contract.shops import test_shop_contract as suite
from tests.platforms_in_tests import installed
from tests.tiny.staged_stall import Staged

SWEEPS = [
    suite.test_a_sweep_finds_everything_once_and_counts_what_the_shop_counts,
    suite.test_a_sweep_of_an_empty_shop_is_one_empty_page_that_counts_nothing,
]


class Uncounted(Staged):
    """The stall, whose sweeps say no total."""

    def open(self, **credentials: str) -> Any:
        adapter = super().open(**credentials)
        sweep = adapter.sweep
        adapter.sweep = lambda cursor: replace(sweep(cursor), total=None)
        return adapter


@pytest.fixture(autouse=True)
def _stall() -> Iterator[None]:
    with installed():
        yield


def counts(monkeypatch: pytest.MonkeyPatch, *, products: bool) -> None:
    manifest = registry.shop("stall")
    told = replace(manifest, traits=replace(manifest.traits, counts_products=products))
    monkeypatch.setattr(registry, "shop", lambda slug: told)


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_shop_whose_manifest_says_that_it_does_not_count_passes(monkeypatch: pytest.MonkeyPatch, sweep: Any) -> None:
    counts(monkeypatch, products=False)
    sweep(Uncounted(), "stall")


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_shop_that_should_count_and_does_not_fails(monkeypatch: pytest.MonkeyPatch, sweep: Any) -> None:
    counts(monkeypatch, products=True)
    with pytest.raises(AssertionError):
        sweep(Uncounted(), "stall")


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_shop_that_counts_and_does_not_say_so_fails(monkeypatch: pytest.MonkeyPatch, sweep: Any) -> None:
    counts(monkeypatch, products=False)
    with pytest.raises(AssertionError):
        sweep(Staged(), "stall")
