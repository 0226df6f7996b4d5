"""How listings are put to causes: what they have in common counts, and a page looks at a bounded number of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, ListingKey, ShopId, Site, Sku
from listbridge.domain.listings.ledger import UPDATE_FAILED
from listbridge.domain.listings.listing import Listing
from listbridge.domain.problem import Problem
from listbridge.services.desk.causes import (
    MOST,
    MOST_NAMED,
    Cause,
    Concerns,
    causes_of,
    concerns_of,
    group,
    key_of,
    root_of,
)
from tests.fakes.scripted import scripted_world
from tests.unit.domain.a_listing import a_listing

ACCOUNT = Account(id=AccountId("acc_1"), name="anna", marketplace="scripted", shop=ShopId("shop_1"))
SHOP = Shop(id=ShopId("shop_1"), name="Demo", platform="scripted", currency="EUR")


def row(number: int, hold: Problem | None = None, **more: object) -> Listing:
    key = ListingKey(ACCOUNT.id, Site("X_DE"), Sku(f"SKU-{number:06d}"))
    return replace(a_listing(), key=key, hold=hold, **more)  # type: ignore[arg-type]


def failed(reason: str, **params: str) -> Problem:
    return Problem(UPDATE_FAILED, {"reason": reason, **params}, "revise")


def grouped(*rows: Listing) -> dict[str, Cause]:
    found: dict[str, Cause] = {}
    group(found, rows, ACCOUNT, SHOP)
    return found


def test_one_failure_of_many_listings_is_one_cause_and_another_is_another() -> None:
    rows = [row(n, failed("ebay_aspect_missing", message="Brand is missing")) for n in range(37)]
    rows += [row(40 + n, failed("ebay_aspect_missing", message="Colour is missing")) for n in range(2)]
    causes = grouped(*rows)
    assert sorted(one.count for one in causes.values()) == [2, 37]
    assert {one.problem.code for one in causes.values()} == {"ebay_aspect_missing"}


def test_listings_that_differ_only_in_their_own_numbers_have_one_cause() -> None:
    rows = [row(n, failed("price_out_of_bounds", price=str(n), min="1", max="9")) for n in range(3)]
    (cause,) = grouped(*rows).values()
    assert (cause.count, cause.differ, cause.problem.params["price"], cause.example) == (3, True, "0", rows[0])


def test_a_cause_has_the_same_key_on_every_page() -> None:
    first = root_of(failed("price_out_of_bounds", price="1", min="1", max="9"))
    second = root_of(failed("price_out_of_bounds", price="2", min="1", max="9"))
    assert key_of(first) == key_of(second) != key_of(root_of(failed("quantity_limit")))


def test_a_cause_names_as_many_listings_as_one_action_takes() -> None:
    (cause,) = grouped(*(row(n, failed("quantity_limit")) for n in range(MOST_NAMED + 7))).values()
    assert (cause.count, sum(map(len, cause.named.values()))) == (MOST_NAMED + 7, MOST_NAMED)


@pytest.mark.parametrize(
    ("problem", "whose"),
    [
        (Problem("auto_price_off", {}, "switch_on_auto_price"), Concerns.CHOSEN),
        (Problem("pending"), Concerns.NOBODY),
        (Problem("waits_for_stock", {}, "restock"), Concerns.NOBODY),
        (Problem("price_missing", {}, "set_price_in_shop"), Concerns.SELLER),
    ],
)
def test_each_cause_says_whose_turn_it_is(problem: Problem, whose: Concerns) -> None:
    assert concerns_of(problem) is whose


def test_a_page_of_a_large_account_looks_at_no_more_than_its_share() -> None:
    deps = scripted_world(connect=False).world.deps
    deps.configuration.save(SHOP)
    deps.configuration.save(ACCOUNT)
    for number in range(MOST + 500):
        deps.listings.create(row(number, failed("quantity_limit") if number % 2 else None))
    first = causes_of(deps, ACCOUNT.id)
    assert (first.counted, first.following, first.causes[0].count) == (MOST, MOST // 2, MOST // 2)
    rest = causes_of(deps, ACCOUNT.id, first.cursor)
    assert (rest.counted, rest.cursor, rest.causes[0].key) == (500, None, first.causes[0].key)
