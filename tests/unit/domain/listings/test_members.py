from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from listbridge.domain.configuration import SalesList, SalesListMode, stamped
from listbridge.domain.ids import AccountId, CollectionId, ProductId, SalesListId, ShopId, Site
from listbridge.domain.listings.members import (
    Export,
    Member,
    Mirror,
    Place,
    Reading,
    leaves,
    left,
    shown_in,
    told_of,
    unseen,
)
from tests.fakes.clock import START

A, B, GONE = CollectionId("a"), CollectionId("b"), CollectionId("gone")
CUP, SHOP = ProductId("cup"), ShopId("shop_1")
LATER = START + timedelta(hours=1)


def sales_list(**changes: Any) -> SalesList:
    told = {"mode": SalesListMode.COLLECTION, "collections": (A, B), "attached": {A: START, B: START}, **changes}
    return SalesList(id=SalesListId("lst_1"), name="Cups", account=AccountId("acc_1"), site=Site("DE"), **told)


def place(known: dict[CollectionId, Reading] | None = None, **changes: Any) -> Place:
    of = sales_list(**changes)
    return Place(of, SHOP, Mirror(of.id, known or {}))


def automatic(*known: tuple[CollectionId, int]) -> Place:
    """Sending began at START; each of these collections was read to its end afterwards, by the reading of that number."""
    return place({id: Reading(number, LATER) for id, number in known}, auto_export=True, auto_export_since=START)


def inside(**collections: int) -> Member:
    return Member(SalesListId("lst_1"), SHOP, CUP, START, {CollectionId(id): n for id, n in collections.items()})


def test_what_a_first_reading_shows_was_there_before_and_what_a_later_one_shows_is_new() -> None:
    first = shown_in(None, CUP, A, 7, automatic(), LATER)
    assert (first.backlog, first.entered_at, first.collections) == (True, LATER, {A: 7})
    assert shown_in(None, CUP, A, 7, automatic((A, 6)), LATER).backlog is False
    assert shown_in(None, CUP, A, 6, automatic((A, 6)), LATER).backlog is True, "of that very reading"
    assert shown_in(None, CUP, A, 7, place({A: Reading(6, LATER)}), LATER).backlog is True, "nothing sends it"


@pytest.mark.parametrize("changes", [{"attached": {A: LATER, B: START}}, {"auto_export_since": LATER}])
def test_nothing_is_new_until_the_collection_was_read_after_it_was_chosen_and_sending_began(changes: Any) -> None:
    read_before = {A: Reading(6, LATER - timedelta(seconds=1))}
    told = {"auto_export": True, "auto_export_since": START, **changes}
    assert shown_in(None, CUP, A, 7, place(read_before, **told), LATER).backlog is True
    assert shown_in(None, CUP, A, 7, place({A: Reading(6, LATER)}, **told), LATER).backlog is False


def test_an_item_that_is_also_in_a_collection_that_was_never_read_is_not_new() -> None:
    told = told_of(None, CUP, {A, B}, {A, B}, 7, automatic((A, 6)), LATER)
    assert told is not None
    assert told.backlog is True
    told = told_of(None, CUP, {A, B}, {A, B}, 7, automatic((A, 6), (B, 5)), LATER)
    assert told is not None
    assert told.backlog is False


def test_what_returns_after_leaving_is_not_new_and_came_in_anew() -> None:
    gone = left(replace(inside(a=6), export=Export.SENT), START)
    again = shown_in(gone, CUP, A, 9, automatic((A, 8)), LATER)
    assert (again.inside, again.backlog, again.entered_at, again.export) == (True, True, LATER, Export.SENT)
    told = told_of(gone, CUP, {B}, {A, B}, 9, automatic((A, 8), (B, 8)), LATER)
    assert told is not None
    assert (told.inside, told.backlog, told.collections) == (True, True, {B: 9})


def test_a_product_leaves_with_the_last_of_its_collections() -> None:
    both = inside(a=3, b=3)
    one = told_of(both, CUP, {B}, {A, B}, 5, place(), LATER)
    assert one is not None
    assert not leaves(one, place())
    assert one.collections == {B: 5}
    none = told_of(one, CUP, set(), {A, B}, 6, place(), LATER)
    assert none is not None
    assert leaves(none, place())
    assert none.inside
    assert left(none, LATER) == replace(none, left_at=LATER)
    assert leaves(both, place(collections=(CollectionId("c"),)))


def test_a_collection_that_was_not_asked_about_keeps_what_it_had() -> None:
    told = told_of(inside(a=3, gone=3), CUP, set(), {A, B}, 5, place(collections=(A, B, GONE)), LATER)
    assert told is not None
    assert told.collections == {GONE: 3}
    assert not leaves(told, place(collections=(A, B, GONE)))


def test_an_earlier_reading_takes_nothing_back_that_a_later_one_showed() -> None:
    told = told_of(inside(a=3), CUP, {B}, {A, B}, 8, place(), LATER)
    assert told is not None
    assert shown_in(told, CUP, A, 7, place(), LATER) == told, "the page was read before the product went"
    assert told_of(told, CUP, {A}, {A, B}, 7, place(), LATER) == told
    page = shown_in(told, CUP, A, 9, place(), LATER)
    assert page.collections == {B: 8, A: 9}
    late = told_of(page, CUP, set(), {A, B}, 8, place(), LATER)
    assert late == page, "it was read at the number that said so already"
    late = told_of(replace(page, read=4), CUP, set(), {A, B}, 8, place(), LATER)
    assert late is not None
    assert late.collections == {A: 9}


def test_a_product_in_none_of_the_collections_makes_no_member() -> None:
    assert told_of(None, CUP, set(), {A, B}, 5, place(), LATER) is None


def test_only_what_no_reading_has_shown_since_is_asked_for() -> None:
    assert unseen(inside(a=3, b=4), 5)
    assert not unseen(inside(a=3, b=5), 5)
    assert not unseen(replace(inside(a=3), read=5), 5)
    assert not unseen(left(inside(a=3), LATER), 5)


def test_what_waits_to_be_sent_waits_no_longer_once_it_left() -> None:
    assert left(replace(inside(a=3), export=Export.WAITING), LATER).export is Export.NONE


def test_a_collection_that_is_chosen_again_was_chosen_anew() -> None:
    first = stamped(None, sales_list(collections=(A,), attached={}), START)
    assert first.attached == {A: START}
    assert first.auto_export_since is None
    second = stamped(first, first.model_copy(update={"collections": (A, B), "auto_export": True}), LATER)
    assert second.attached == {A: START, B: LATER}
    assert second.auto_export_since == LATER
    third = stamped(second, second.model_copy(update={"collections": (B,)}), LATER + timedelta(days=1))
    assert third.attached == {B: LATER}
    assert third.auto_export_since == LATER
    off = stamped(third, third.model_copy(update={"auto_export": False}), LATER)
    assert off.auto_export_since is None


@pytest.mark.parametrize(
    "changes",
    [
        {"collections": ()},
        {"mode": SalesListMode.PRODUCT},
        {"mode": SalesListMode.PRODUCT, "collections": (), "auto_export": True},
    ],
)
def test_collections_belong_to_the_mode_that_has_them(changes: Any) -> None:
    with pytest.raises(ValidationError, match="collection"):
        sales_list(**changes)


def test_what_is_new_waits_to_be_sent_from_the_first_write_on_and_nothing_else_does() -> None:
    assert shown_in(None, CUP, A, 7, automatic((A, 6)), LATER).export is Export.WAITING
    assert shown_in(None, CUP, A, 7, automatic(), LATER).export is Export.NONE
    again = shown_in(left(inside(a=3), START), CUP, A, 9, automatic((A, 8)), LATER)
    assert (again.backlog, again.export) == (True, Export.NONE)
