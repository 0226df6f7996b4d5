"""A shop that is read by offset: while something is deleted its pages shift, and what no page shows is not gone for that."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import JobState
from listbridge.domain.ports import ReadResult
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.services.catalog.sweep_shop import start_sweep
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_shop import ScriptedShop
from tests.fakes.world import SHOP
from tests.faults.seeded import seed

COUNT, PAGE = 9, 3


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.shop.page_size = PAGE
    return made


def deleted_after_page(s: Scripted, product: str, start: int) -> None:
    def happens(at: int) -> None:
        if at == start:
            s.shop.products.pop(ProductId(product), None)

    s.shop.on_page = happens


def swept(s: Scripted) -> None:
    job = start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "kim")
    s.world.run(60)
    assert s.world.stores.jobs.get(job.id).state is JobState.DONE


def shown(s: Scripted, keys: list[ListingKey]) -> dict[str, int | None]:
    return {str(key.sku): (s.market.shown(key) or (None, ""))[0] for key in keys}


def test_what_slipped_between_two_pages_is_not_taken_for_gone(s: Scripted) -> None:
    """S0 is deleted after the first page: S3 moves to it and is on no page that is read."""
    keys = seed(s, COUNT)
    deleted_after_page(s, "S0", 0)
    swept(s)
    assert shown(s, keys) == {"S0": 5, **{f"S{n}": 5 for n in range(1, COUNT)}}
    assert s.market.sent == []


def test_what_was_deleted_before_the_sweep_is_gone_and_the_rest_is_not(s: Scripted) -> None:
    keys = seed(s, COUNT)
    s.shop.products.pop(ProductId("S4"))
    swept(s)
    assert shown(s, keys) == {f"S{n}": None if n == 4 else 5 for n in range(COUNT)}


def test_a_sweep_that_showed_everything_asks_for_nothing(s: Scripted) -> None:
    seed(s, COUNT)
    before = s.fate.calls.count("shop.read_products")
    swept(s)
    assert s.fate.calls.count("shop.read_products") == before


def test_of_what_the_shop_does_not_answer_for_nothing_is_proven(s: Scripted) -> None:
    keys = seed(s, COUNT)
    deleted_after_page(s, "S0", 0)
    s.shop.silent = True
    swept(s)
    assert shown(s, keys) == {f"S{n}": 5 for n in range(COUNT)}
    assert s.market.sent == []
    assert [row.absent for row in s.world.stores.variants.page(SHOP, None, 100)[0]] == [False] * COUNT


def test_a_variant_that_its_product_lost_is_gone(s: Scripted) -> None:
    keys = seed(s, 2, variants=3)
    s.shop.drop_variant("S0-1")
    swept(s)
    assert [s.world.row(key).computed.quantity for key in keys] == [5, 0, 5, 5, 5, 5]


@pytest.mark.parametrize("every", [2, 3])
def test_a_shop_whose_limit_ends_in_between_is_asked_for_the_rest_and_not_again(
    s: Scripted, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    s.shop.page_size = 100
    keys = seed(s, 220)
    for number in range(200):
        s.shop.products.pop(ProductId(f"S{number}"))
    asked: list[int] = []
    read = ScriptedShop.read_products

    def limited(shop: ScriptedShop, products: Sequence[ProductId]) -> ReadResult:
        asked.append(len(products))
        if len(products) > 1 and asked.count(50) % every == 0:
            raise RateLimited(Problem("too_many_requests"), after_s=1)
        return read(shop, products)

    monkeypatch.setattr(ScriptedShop, "read_products", limited)
    job = start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "kim")
    s.world.run(300)
    done = s.world.stores.jobs.get(job.id)
    swept = done.params_of(SweepParams)
    assert (done.state, swept.absent, swept.asked) == (JobState.DONE, 200, ())
    assert asked.count(50) <= 4 * every
    assert [s.world.row(key).computed.quantity for key in keys[200:]] == [5] * 20
