"""A marketplace that cannot be asked by SKU: what the account has is read page by page, once, and kept."""

from __future__ import annotations

from collections import Counter

import pytest

from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Lane, PublishKind
from listbridge.services.listings.act.unlink import unlinked
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_offers import Offer


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.finds_by_sku = False
    return made


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def in_list(s: Scripted, *skus: str) -> dict[str, ListingKey]:
    """One product each, in the sales list and not sent."""
    return {sku: s.world.add(s.shop.put(f"p-{sku}", sku).product)[0] for sku in skus}


def by_hand(s: Scripted, *keys: ListingKey) -> list[Offer]:
    """What the seller listed before us: 3 of each."""
    price = s.world.row(keys[0]).computed.price
    assert price is not None
    return [s.market.sell_elsewhere(key, 3, price) for key in keys]


def act(s: Scripted, kind: PublishKind, *skus: str) -> None:
    s.world.action(kind, *(ProductId(f"p-{sku}") for sku in skus))
    s.world.run(60)


def test_what_stands_on_the_last_page_is_linked_with_what_it_shows_now(s: Scripted) -> None:
    keys = in_list(s, "A", "B", "C", "D", "E")
    offers = by_hand(s, *keys.values())
    offers[4].quantity = 2
    act(s, PublishKind.LINK, "E")
    row = s.world.row(keys["E"])
    assert (row.status, row.remote, row.accepted.quantity) == (Status.ACTIVE, offers[4].remote, 2)
    assert (calls(s)["remote.existing"], calls(s)["remote.find"]) == (3, 0)


def test_one_read_serves_every_product(s: Scripted) -> None:
    keys = in_list(s, "A", "B", "C", "D", "E")
    by_hand(s, *keys.values())
    act(s, PublishKind.LINK, *keys)
    assert {s.world.row(key).status for key in keys.values()} == {Status.ACTIVE}
    assert calls(s)["remote.existing"] == 3


def test_what_is_listed_already_is_linked_when_it_is_sent_and_all_else_is_made(s: Scripted) -> None:
    keys = in_list(s, "A", "B", "C")
    by_hand(s, keys["C"])
    act(s, PublishKind.SEND, "A", "B", "C")
    assert [len(s.market.live(key)) for key in keys.values()] == [1, 1, 1]
    assert s.world.events(keys["C"])[-1] == "linked"


def test_what_we_listed_ourselves_since_the_read_is_found_again(s: Scripted) -> None:
    """Unlinked and linked again within a quarter of an hour: the read does not know what was made after it."""
    keys = in_list(s, "A")
    act(s, PublishKind.SEND, "A")
    (offer,) = s.market.live(keys["A"])
    s.world.stores.listings.change(keys["A"], lambda row: unlinked(row, s.world.now))
    act(s, PublishKind.LINK, "A")
    assert s.market.live(keys["A"]) == [offer]
    assert s.world.row(keys["A"]).remote == offer.remote


def test_what_has_ended_since_the_read_is_not_linked(s: Scripted) -> None:
    keys = in_list(s, "A", "B")
    first, second = by_hand(s, *keys.values())
    act(s, PublishKind.LINK, "A")
    second.live = False
    act(s, PublishKind.LINK, "B")
    assert (s.world.row(keys["B"]).status, s.world.row(keys["B"]).remote) == (Status.NOT_ACTIVE, None)
    assert first.live


def test_what_the_seller_lists_later_is_found_by_a_later_read(s: Scripted) -> None:
    keys = in_list(s, "A", "B")
    by_hand(s, keys["A"])
    act(s, PublishKind.LINK, "A")
    (offer,) = by_hand(s, keys["B"])
    s.world.run(20 * 60)
    act(s, PublishKind.LINK, "B")
    assert s.world.row(keys["B"]).remote == offer.remote


def test_a_read_that_takes_longer_than_a_worker_has_is_carried_on_and_is_no_try(s: Scripted) -> None:
    s.market.page_size, s.market.latency_s = 1, 4.0
    keys = in_list(s, *(f"S{n}" for n in range(60)))
    offers = by_hand(s, *keys.values())
    s.world.action(PublishKind.LINK, ProductId("p-S59"))
    s.world.run(1200)
    assert s.world.row(keys["S59"]).remote == offers[59].remote
    assert calls(s)["remote.existing"] == 60


@pytest.mark.parametrize("kind", ["status", "drop_before"])
def test_pages_that_do_not_hold_together_are_read_anew(s: Scripted, kind: str) -> None:
    keys = in_list(s, "A", "B", "C")
    offers = by_hand(s, *keys.values())
    s.market.plan.add(Fault("existing", kind, skip=1))  # type: ignore[arg-type]
    act(s, PublishKind.LINK, "A", "B", "C")
    assert [s.world.row(key).remote for key in keys.values()] == [offer.remote for offer in offers]
    assert calls(s)["remote.existing"] == 4


@pytest.mark.parametrize("nth", range(2, 60, 3))
def test_a_worker_killed_anywhere_links_what_is_there_and_makes_no_second(nth: int) -> None:
    s = scripted_world()
    s.market.finds_by_sku = False
    keys = in_list(s, "A", "B", "C")
    by_hand(s, keys["C"])
    s.world.action(PublishKind.SEND, *(ProductId(f"p-{sku}") for sku in keys), deliver=False)
    s.fate.die_in(nth)
    s.world.run(600)
    s.world.settle()
    assert [len(s.market.live(key)) for key in keys.values()] == [1, 1, 1]
    assert s.world.queued(Lane.PUBLISH) == []


def test_a_marketplace_that_finds_by_sku_is_never_paged(s: Scripted) -> None:
    s.market.finds_by_sku = True
    keys = in_list(s, "A")
    by_hand(s, keys["A"])
    act(s, PublishKind.LINK, "A")
    assert (calls(s)["remote.existing"], calls(s)["remote.find"]) == (0, 1)


def test_where_all_is_listed_for_less_linking_reads_it_and_sending_asks_by_sku(s: Scripted) -> None:
    s.market.finds_by_sku = s.market.lists_all = True
    keys = in_list(s, "A", "B", "C", "D")
    by_hand(s, keys["A"], keys["B"], keys["D"])
    act(s, PublishKind.LINK, "A", "B", "C")
    assert [s.world.row(keys[sku]).status for sku in "ABC"] == [Status.ACTIVE, Status.ACTIVE, Status.NOT_ACTIVE]
    assert (calls(s)["remote.existing"], calls(s)["remote.find"]) == (2, 0)
    act(s, PublishKind.SEND, "D")
    assert s.world.events(keys["D"])[-1] == "linked"
    assert (calls(s)["remote.existing"], calls(s)["remote.find"]) == (2, 1)


def test_where_all_is_listed_for_less_what_we_listed_ourselves_is_linked_again(s: Scripted) -> None:
    s.market.finds_by_sku = s.market.lists_all = True
    keys = in_list(s, "A", "B")
    by_hand(s, keys["B"])
    act(s, PublishKind.LINK, "B")
    act(s, PublishKind.SEND, "A")
    s.world.stores.listings.change(keys["A"], lambda row: unlinked(row, s.world.now))
    act(s, PublishKind.LINK, "A")
    assert s.world.row(keys["A"]).status is Status.ACTIVE
    assert calls(s)["remote.existing"] == 1
