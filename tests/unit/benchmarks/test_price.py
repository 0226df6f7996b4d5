"""The figures of docs/cost.md are those that the counts, the template and the prices give."""

from __future__ import annotations

import pytest

from benchmarks import price


@pytest.mark.parametrize("name", ["work", "idle", "price", "estimate"])
def test_the_page_shows_what_the_counts_give_at_these_prices(name: str) -> None:
    """Where this fails, paste what `PYTHONPATH=.:shared python -m benchmarks.price` prints."""
    assert price.tables()[name] in (price.DOCS / "cost.md").read_text()


def test_the_readme_tells_what_the_page_sums_up() -> None:
    readme = " ".join((price.DOCS.parent / "README.md").read_text().split())
    at_rest = sum(price.idle(1_000).values())
    change, order = (sum(price.per_thousand(column).values()) for column in ("cost.change", "cost.order"))
    told = f"{at_rest:.2f} USD a month at rest with 1,000 listings, {change:.4f} USD for 1,000 stock changes"
    assert f"{told}, {order:.4f} USD for 1,000 orders" in readme


def test_a_months_ticks_are_those_of_the_timers() -> None:
    assert price.ticks_a_month(["rate(1 minute)", "rate(5 minutes)", "rate(1 day)"]) == 43_200 + 8_640 + 30


@pytest.mark.parametrize(("products", "sweeps"), [(1, 8), (1000, 8), (2000, 4), (8000, 1), (1_000_000, 1)])
def test_a_shop_is_read_less_often_the_more_it_has(products: int, sweeps: float) -> None:
    assert price.sweeps_a_day(products) == sweeps
