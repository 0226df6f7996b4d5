from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.catalog import Observation, Reservation, Visibility, Write
from listbridge.domain.ids import LineId, ProductId, ShopId, VariantId, VariantKey
from listbridge.domain.ports import Missing
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages, at_once
from tests.contract.repositories.rows import listing_key, order, order_key, variant, variant_key


def stored(store: OurPorts, key: VariantKey) -> tuple[int, Observation]:
    row = store.variants.get_many([key])[key]
    return row.facts.stock["l1"], row.observation  # type: ignore[index]


def test_a_first_observation_is_new_and_comes_back_whole(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    assert store.variants.observe(variant(key, 5, 1, 2)) is Write.NEW
    row = store.variants.get_many([key])[key]
    assert replace(row, rev=0) == variant(key, 5, 1, 2)
    assert store.variants.of_product(key.shop, key.product) == [row]


def test_a_later_read_with_other_facts_is_new(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    assert store.variants.observe(variant(key, 4, 3, 4)) is Write.NEW
    assert stored(store, key) == (4, Observation(3, 4))


def test_a_later_read_with_the_same_facts_is_stored_as_the_same(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    assert store.variants.observe(variant(key, 5, 3, 4)) is Write.SAME
    assert stored(store, key) == (5, Observation(3, 4))


def test_a_read_that_ended_before_the_stored_one_began_is_stale(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 3, 4))
    assert store.variants.observe(variant(key, 4, 1, 2)) is Write.STALE
    assert stored(store, key) == (5, Observation(3, 4))


@pytest.mark.parametrize(("start", "end"), [(1, 4), (2, 3), (3, 6), (1, 7), (4, 9)])
def test_reads_that_overlapped_and_disagree_write_nothing(store: OurPorts, name: str, start: int, end: int) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 2, 4))
    assert store.variants.observe(variant(key, 4, start, end)) is Write.OVERLAP
    assert stored(store, key) == (5, Observation(2, 4))


@pytest.mark.parametrize(("start", "end", "span"), [(1, 7, (2, 7)), (3, 6, (3, 6)), (3, 4, (3, 4)), (1, 3, (2, 4))])
def test_reads_that_overlapped_and_agree_become_one_that_spans_the_later_of_both(
    store: OurPorts, name: str, start: int, end: int, span: tuple[int, int]
) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 2, 4))
    assert store.variants.observe(variant(key, 5, start, end)) is Write.SAME
    assert stored(store, key) == (5, Observation(*span))


def test_the_same_observation_again_is_the_same(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 2, 4))
    assert store.variants.observe(variant(key, 5, 2, 4)) is Write.SAME


def test_the_history_of_the_lost_last_number_does_not_keep_the_old_stock(store: OurPorts, name: str) -> None:
    """A takes 1, B takes 2, B reads 5, the shop changes, A reads 4: the last number must not win (protocol.md#observations)."""
    key = variant_key(name)
    assert store.variants.observe(variant(key, 5, 2, 3)) is Write.NEW  # B
    assert store.variants.observe(variant(key, 4, 1, 4)) is Write.OVERLAP  # A must read again
    assert store.variants.observe(variant(key, 4, 5, 6)) is Write.NEW


@pytest.mark.parametrize("change", [{"visibility": Visibility.DRAFT}, {"content_hash": "h2"}, {"absent": True}])
def test_every_observed_thing_can_make_a_read_new(store: OurPorts, name: str, change: dict[str, object]) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    assert store.variants.observe(variant(key, 5, 3, 4, **change)) is Write.NEW
    row = store.variants.get_many([key])[key]
    assert {part: getattr(row, part) for part in change} == change


def test_the_order_in_which_a_shop_lists_its_locations_means_nothing(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    first = variant(key, 5, 1, 2)
    turned = replace(first.facts, stock=dict(reversed(list(first.facts.stock.items()))))
    store.variants.observe(first)
    assert store.variants.observe(replace(first, facts=turned, observation=Observation(3, 4))) is Write.SAME


def test_an_observation_leaves_listings_alone(store: OurPorts, name: str) -> None:
    key, bound = variant_key(name), listing_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    store.variants.bind(key, bound)
    ours = {"x": Reservation(7)}
    store.variants.observe(variant(key, 4, 3, 4, reservations=ours, listings=frozenset()))
    row = store.variants.get_many([key])[key]
    assert row.listings == {bound}
    assert row.reservations == {}


def test_of_many_reads_at_once_the_stored_facts_are_those_of_the_stored_read(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    results = at_once(12, lambda n: store.variants.observe(variant(key, n, 10 * n, 10 * n + 5)))
    assert set(results) <= {Write.NEW, Write.STALE}
    assert stored(store, key) == (11, Observation(110, 115))


def test_of_overlapping_disagreeing_reads_at_once_exactly_one_is_stored(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    results = at_once(8, lambda n: store.variants.observe(variant(key, n, 1 + n, 50)))
    assert sorted(str(result) for result in results) == ["new"] + ["overlap"] * 7
    winner = results.index(Write.NEW)
    assert stored(store, key) == (winner, Observation(1 + winner, 50))


def test_binding_is_idempotent_and_unbinding_takes_one_away(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    one, two = listing_key(name, site="SITE_A"), listing_key(name, site="SITE_B")
    for bound in (one, two, one):
        store.variants.bind(key, bound)
    assert store.variants.get_many([key])[key].listings == {one, two}
    store.variants.unbind(key, one)
    store.variants.unbind(key, one)
    assert store.variants.get_many([key])[key].listings == {two}
    store.variants.unbind(key, two)
    assert store.variants.get_many([key])[key].listings == frozenset()


def test_many_listings_bound_at_once_are_all_there(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    bound = [listing_key(name, site=f"SITE_{n}") for n in range(10)]
    at_once(10, lambda n: store.variants.bind(key, bound[n]))
    assert store.variants.get_many([key])[key].listings == frozenset(bound)


def test_nothing_is_bound_to_a_variant_never_observed(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    with pytest.raises(Missing):
        store.variants.bind(key, listing_key(name))
    store.variants.unbind(key, listing_key(name))
    assert store.variants.get_many([key]) == {}


def test_each_write_raises_the_row_s_version(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    revs = []
    for number in (1, 3, 5):
        store.variants.observe(variant(key, number, number, number + 1))
        revs.append(store.variants.get_many([key])[key].rev)
    assert revs == sorted(set(revs))


def test_a_product_s_variants_are_found_and_no_neighbour_s(store: OurPorts, name: str) -> None:
    keys = [variant_key(name, v, p) for v in ("1", "2") for p in ("p1", "p10")]
    for key in keys:
        store.variants.observe(variant(key, 1, 1, 2))
    found = store.variants.of_product(ShopId(f"shp_{name}"), keys[0].product)
    assert {row.key for row in found} == {keys[0], keys[2]}


def test_many_are_read_at_once_and_absent_ones_are_left_out(store: OurPorts, name: str) -> None:
    keys = [variant_key(name, str(n)) for n in range(120)]
    for key in keys[:105]:
        store.variants.observe(variant(key, 1, 1, 2))
    found = store.variants.get_many([*keys, *keys[:5]])
    assert set(found) == set(keys[:105])
    assert all(row.key == key for key, row in found.items())


def test_paging_shows_every_variant_of_one_shop_once(store: OurPorts, name: str) -> None:
    shop = ShopId(f"shp_{name}")
    keys = {variant_key(name, str(n), f"p{n % 3}") for n in range(11)}
    for key in keys:
        store.variants.observe(variant(key, 1, 1, 2))
    store.variants.observe(variant(variant_key(name + "x"), 1, 1, 2))
    rows = all_pages(lambda cursor: store.variants.page(shop, cursor, 4))
    assert sorted(row.key for row in rows) == sorted(keys)


def test_the_revisions_are_those_of_the_whole_rows_and_a_stranger_has_none(store: OurPorts, name: str) -> None:
    known, changed, stranger = (variant_key(f"{name}-{which}") for which in ("a", "b", "c"))
    store.variants.observe(variant(known, 5, 1, 2))
    store.variants.observe(variant(changed, 5, 1, 2))
    store.variants.observe(variant(changed, 4, 3, 4))
    rows = store.variants.get_many([known, changed, stranger])
    assert store.variants.revs([known, changed, stranger]) == {known: rows[known].rev, changed: rows[changed].rev}
    assert rows[changed].rev > rows[known].rev


def test_whose_a_variant_is_or_was_is_known_by_its_id_alone(store: OurPorts, name: str) -> None:
    mine, gone = variant_key(name), replace(variant_key(name), variant=VariantId(f"gone{name}"))
    elsewhere = replace(mine, shop=ShopId(f"other{name}"), product=ProductId("p9"))
    for key in (mine, gone, elsewhere):
        store.variants.observe(replace(variant(key, 5, 1, 2), absent=key is gone))
    asked = [mine.variant, gone.variant, VariantId(f"never{name}")]
    assert store.variants.owners(mine.shop, asked) == {mine.variant: {mine.product}, gone.variant: {gone.product}}


def test_an_order_s_line_that_holds_a_variant_is_not_taken_for_one(store: OurPorts, name: str) -> None:
    key = variant_key(name)
    store.variants.observe(variant(key, 5, 1, 2))
    held = store.orders.save(order(order_key(name, "o1")))
    store.orders.reserve(held, {key: {LineId("l1"): Reservation(1)}})
    assert store.variants.owners(key.shop, [VariantId(f"{held.key}#l1")]) == {}
