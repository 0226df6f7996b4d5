"""What an account has is read, matched and linked, whatever breaks in between: nothing is written, nothing is listed twice, and
each line is linked once."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import JobId, ProductId, Sku
from listbridge.domain.job_params import InventoryParams
from listbridge.domain.jobs import Job, JobState, Outcome
from listbridge.domain.listings.inventory import InventoryLine, MatchedBy, MatchState
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, PublishKind
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.listings.act.adopt_listings import start_adoption
from listbridge.services.listings.act.relink import relink_product
from listbridge.services.listings.items.add_items import start_adding
from listbridge.services.listings.linking.inventory_lines import begins_with
from listbridge.services.listings.linking.link_inventory import start_linking
from listbridge.services.listings.linking.map_sku import save_mapping
from listbridge.services.listings.linking.read_inventory import latest_inventory, start_inventory
from listbridge.services.refusal import Refused
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_offers import Offer
from tests.fakes.world import ACCOUNT, LIST, SHOP, SITE


def world(*, lists_all: bool = True) -> Scripted:
    """A market that tells all it has, or hands over what was made by hand."""
    made = scripted_world()
    made.market.lists_all, made.market.adopts = lists_all, not lists_all
    return made


@pytest.fixture
def s() -> Scripted:
    return world()


def account(s: Scripted) -> Account:
    return s.world.stores.configuration.get(Account, ACCOUNT)


def elsewhere(s: Scripted, *skus: str) -> list[Offer]:
    """Another tool listed these, and the shop has a product for each."""
    for sku in skus:
        s.shop.put(f"p-{sku}", sku)
    return [s.market.sell_elsewhere(s.world.key(sku), 3, Money.of_minor(990, "EUR")) for sku in skus]


def begin(s: Scripted, seconds: float = 60) -> Job:
    job = start_inventory(s.world.deps, account(s), SITE, "kim")
    s.world.run(seconds)
    return s.world.stores.jobs.get(job.id)


def link(s: Scripted, seconds: float = 60) -> Job:
    inventory = latest_inventory(s.world.deps, account(s), SITE)
    assert inventory is not None
    job = start_linking(
        s.world.deps, account(s), inventory, None, s.world.stores.configuration.get(SalesList, LIST), "kim"
    )
    s.world.run(seconds)
    return s.world.stores.jobs.get(job.id)


def lines(s: Scripted, job: JobId, state: MatchState = MatchState.MATCHED) -> list[InventoryLine]:
    entries = s.world.stores.jobs.entries(job, None, 500, begins=begins_with(state))[0]
    return [entry.line for entry in entries if entry.line is not None]


def calls(s: Scripted, operation: str) -> int:
    return s.fate.calls.count(f"remote.{operation}")


def test_what_matches_is_linked_with_what_it_shows_and_nothing_is_written(s: Scripted) -> None:
    offers = elsewhere(s, "A", "B", "C")
    s.market.sell_elsewhere(s.world.key("STRAY"), 1, Money.of_minor(990, "EUR"))
    read = begin(s)
    assert (read.state, read.total, read.done) == (JobState.DONE, 4, 4)
    assert read.params_of(InventoryParams).counts == {"matched": 3, "unmatched": 1}
    assert [line.reason for line in lines(s, read.id, MatchState.UNMATCHED)] == [
        Problem("not_in_shop", {"sku": "STRAY"}, "give_sku_in_shop")
    ]
    job = link(s)
    assert (job.state, job.total, job.done) == (JobState.DONE, 3, 3)
    rows = [s.world.row(s.world.key(sku)) for sku in ("A", "B", "C")]
    assert [(row.remote, row.accepted.quantity, row.hold and row.hold.code) for row in rows] == [
        (offer.remote, 3, "not_aligned") for offer in offers
    ]
    assert (s.market.sent, calls(s, "revise"), calls(s, "publish")) == ([], 0, 0)


def test_a_reading_tells_how_far_it_is(s: Scripted) -> None:
    elsewhere(s, "A", "B", "C", "D", "E")
    told: list[tuple[str, int, int]] = []

    def look() -> None:
        (job,) = s.world.stores.jobs.unfinished(9)
        told.append((job.phase, job.total, job.done))

    s.fate.meanwhile("remote.existing", look, nth=3)
    s.fate.meanwhile("shop.products_with_skus", look)
    read = begin(s)
    assert (told, read.total, read.done) == ([("read", 4, 0), ("match", 5, 0)], 5, 5)


def test_linking_reads_nothing_twice_that_the_inventory_has_just_read(s: Scripted) -> None:
    elsewhere(s, "A", "B", "C")
    begin(s)
    pages = calls(s, "existing")
    link(s)
    assert (pages, calls(s, "existing"), calls(s, "find")) == (2, 2, 0)


def test_an_older_reading_never_makes_a_newer_one_forget_a_listing(s: Scripted) -> None:
    """A sending reads the account while the inventory is being read, and is through first: what it saw stays known."""
    elsewhere(s, "A", "B", "C", "D")
    s.market.finds_by_sku = False
    s.world.add(*(ProductId(f"p-{sku}") for sku in "AB"))

    def sent_meanwhile() -> None:
        s.world.action(PublishKind.LINK, ProductId("p-B"), deliver=False)

    s.fate.meanwhile("remote.existing", sent_meanwhile, nth=2)
    begin(s)
    s.world.action(PublishKind.SEND, ProductId("p-A"))
    s.world.run(60)
    assert [len(s.market.live(s.world.key(sku))) for sku in "ABCD"] == [1, 1, 1, 1]


def test_one_sku_in_several_listings_is_shown_apart_on_whatever_pages_they_stand(s: Scripted, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("listbridge.services.listings.linking.read_inventory._PAGE", 2)
    elsewhere(s, "A", "B", "C")
    for _ in range(3):
        s.market.sell_elsewhere(s.world.key("B"), 1, Money.of_minor(990, "EUR"))
    read = begin(s)
    assert read.params_of(InventoryParams).counts == {"matched": 2, "duplicate": 4}
    assert {line.sku for line in lines(s, read.id, MatchState.DUPLICATE)} == {"B"}
    assert link(s).done == 2
    assert [row.key.sku for row in s.world.rows() if row.status is Status.ACTIVE] == ["A", "C"]


def test_a_sku_that_stands_twice_in_the_shop_is_ambiguous_and_not_linked(s: Scripted) -> None:
    elsewhere(s, "A", "B")
    s.shop.put("p-other", "B")
    read = begin(s)
    (line,) = lines(s, read.id, MatchState.AMBIGUOUS)
    assert (line.sku, [one.product for one in line.variants]) == ("B", ["p-B", "p-other"])
    assert line.reason == Problem("sku_not_unique", {"skus": "B"}, "make_skus_unique")
    assert (link(s).total, [row.key.sku for row in s.world.rows()]) == (1, ["A"])


EAN, UPC = "4006381333931", "036000291452"


@pytest.mark.parametrize(
    ("there", "here"), [(EAN, EAN), (UPC, f"0{UPC}"), (f"0{UPC}", UPC), (f" {EAN} ", EAN)], ids=str.strip
)
def test_a_line_whose_sku_nobody_knows_is_matched_by_its_product_code(s: Scripted, there: str, here: str) -> None:
    s.shop.put("p-A", "A")
    s.shop.set("A", barcode=here)
    (offer,) = [s.market.sell_elsewhere(s.world.key("X-1"), 3, Money.of_minor(990, "EUR"))]
    s.market.barcodes[Sku("X-1")] = (there,)
    (line,) = lines(s, begin(s).id)
    assert (line.by, [one.product for one in line.variants]) == (MatchedBy.BARCODE, ["p-A"])
    link(s)
    assert (s.world.row(s.world.key("X-1")).remote, s.market.sent) == (offer.remote, [])


def test_a_product_code_that_several_variants_have_is_ambiguous(s: Scripted) -> None:
    for sku in ("A", "B"):
        s.shop.put(f"p-{sku}", sku)
        s.shop.set(sku, barcode=EAN)
    s.market.sell_elsewhere(s.world.key("X-1"), 3, Money.of_minor(990, "EUR"))
    s.market.barcodes[Sku("X-1")] = (EAN,)
    (line,) = lines(s, begin(s).id, MatchState.AMBIGUOUS)
    assert line.reason == Problem("barcode_not_unique", {"barcode": EAN}, "map_sku")


def test_what_is_no_product_code_matches_nothing(s: Scripted) -> None:
    s.shop.put("p-A", "A")
    s.shop.set("A", barcode="12345")
    s.market.sell_elsewhere(s.world.key("X-1"), 3, Money.of_minor(990, "EUR"))
    s.market.barcodes[Sku("X-1")] = ("12345",)
    assert begin(s).params_of(InventoryParams).counts == {"unmatched": 1}


def test_no_code_is_asked_for_of_what_its_sku_has_matched(s: Scripted) -> None:
    elsewhere(s, "A", "B")
    s.market.barcodes[Sku("A")] = (EAN,)
    begin(s)
    assert (calls(s, "barcodes"), s.fate.calls.count("shop.products_with_barcodes")) == (0, 0)


def test_what_was_made_by_hand_is_shown_apart_and_never_listed_twice() -> None:
    s = world(lists_all=False)
    for sku in ("A", "B"):
        s.world.add(s.shop.put(f"p-{sku}", sku).product)
    made = s.market.make_by_hand("A")
    read = begin(s)
    assert [line.remote for line in lines(s, read.id, MatchState.FOREIGN)] == [made.remote]
    job = s.world.action(PublishKind.SEND, ProductId("p-A"))
    told = [entry.reason and entry.reason.code for entry in s.world.stores.jobs.entries(job, None, 9)[0]]
    assert (told, s.market.live(s.world.key("A"))) == (["listed_by_hand"], [])


def test_a_product_that_is_in_no_list_is_left_out_where_none_is_named(s: Scripted) -> None:
    elsewhere(s, "A", "B")
    s.world.add(ProductId("p-A"))
    inventory = begin(s)
    job = start_linking(s.world.deps, account(s), inventory, None, None, "kim")
    s.world.run(60)
    job = s.world.stores.jobs.get(job.id)
    assert (job.state, job.done, job.failed) == (JobState.PARTLY, 1, 1)
    assert [row.key.sku for row in s.world.rows()] == ["A"]


def test_a_second_reading_is_refused_while_one_runs(s: Scripted) -> None:
    elsewhere(s, "A")
    job = start_inventory(s.world.deps, account(s), SITE, "kim")
    with pytest.raises(Refused) as refused:
        start_inventory(s.world.deps, account(s), SITE, "kim")
    assert refused.value.problem == Problem("inventory_under_way", {"job": job.id}, "wait_for_job")


def test_a_marketplace_that_tells_nothing_of_what_an_account_has_is_not_asked() -> None:
    s = scripted_world()
    s.market.adopts = False
    with pytest.raises(Refused) as refused:
        start_inventory(s.world.deps, account(s), SITE, "kim")
    assert (refused.value.problem.code, refused.value.problem.fix) == ("no_inventory", "link")
    assert s.world.queued() == []


def test_an_adoption_is_not_begun_beside_a_reading() -> None:
    s = world(lists_all=False)
    job = start_inventory(s.world.deps, account(s), SITE, "kim")
    with pytest.raises(Refused) as refused:
        start_adoption(s.world.deps, account(s), SITE, None, "kim")
    assert refused.value.problem == Problem("inventory_under_way", {"job": job.id}, "wait_for_job")


@pytest.mark.parametrize("kind", ["status", "drop_before"])
def test_pages_that_do_not_hold_together_are_read_from_the_first(s: Scripted, kind: str) -> None:
    elsewhere(s, "A", "B", "C")
    s.market.plan.add(Fault("existing", kind, skip=1))  # type: ignore[arg-type]
    read = begin(s)
    assert (read.state, read.total, calls(s, "existing")) == (JobState.DONE, 3, 4)
    assert link(s).done == 3


def test_an_account_that_never_answers_ends_the_reading_and_the_last_one_stays(s: Scripted) -> None:
    elsewhere(s, "A")
    first = begin(s)
    s.market.plan.add(Fault("existing", "status", times=50))
    second = begin(s, 3600)
    assert (second.state, second.reason and second.reason.code) == (JobState.FAILED, "no_answer")
    shown = latest_inventory(s.world.deps, account(s), SITE)
    assert shown is not None
    assert shown.id == first.id


def test_a_consent_that_was_withdrawn_ends_the_reading_and_is_told(s: Scripted) -> None:
    elsewhere(s, "A")
    s.market.dead_accounts.add(ACCOUNT)
    job = begin(s)
    assert (job.state, job.reason and job.reason.code) == (JobState.FAILED, "token_revoked")


def test_a_cancelled_linking_begins_nothing_more(s: Scripted) -> None:
    elsewhere(s, "A", "B")
    inventory = begin(s)
    job = start_linking(
        s.world.deps, account(s), inventory, None, s.world.stores.configuration.get(SalesList, LIST), "kim"
    )
    cancel(s.world.deps, job.id, "kim")
    s.world.run(1200)
    assert s.world.stores.jobs.get(job.id).state is JobState.CANCELLED
    assert [row for row in s.world.rows() if row.status is Status.ACTIVE] == []


def test_what_ended_since_it_was_read_is_told_and_not_linked(s: Scripted) -> None:
    first, second = elsewhere(s, "A", "B")
    inventory = begin(s)
    second.live = False
    job = link(s)
    assert (job.state, job.done, job.failed) == (JobState.PARTLY, 1, 1)
    entries = s.world.stores.jobs.entries(job.id, None, 9)[0]
    assert {entry.item: entry.outcome for entry in entries} == {
        str(s.world.key("A")): Outcome.DONE,
        str(s.world.key("B")): Outcome.FAILED,
    }
    assert (first.live, inventory.total) == (True, 2)


def test_a_message_that_was_lost_is_asked_for_again(s: Scripted) -> None:
    elsewhere(s, "A", "B")
    begin(s)
    inventory = latest_inventory(s.world.deps, account(s), SITE)
    assert inventory is not None
    job = start_linking(
        s.world.deps, account(s), inventory, None, s.world.stores.configuration.get(SalesList, LIST), "kim"
    )
    s.fate.meanwhile("jobs.save", lambda: s.world.stores.queues.empty(Lane.PUBLISH), nth=1)
    s.world.run(60)
    assert s.world.stores.jobs.get(job.id).done == 0
    s.world.run(1800)
    assert (s.world.stores.jobs.get(job.id).state, s.world.stores.jobs.get(job.id).done) == (JobState.DONE, 2)


def map_sku(s: Scripted) -> Job:
    job = save_mapping(s.world.deps, SkuMapping(Sku("OLD"), Sku("A"), ACCOUNT), "kim")
    s.world.run(900)
    return s.world.stores.jobs.get(job.id)


def test_a_mapping_gives_what_was_never_sent_the_marketplace_s_sku(s: Scripted) -> None:
    s.world.add(s.shop.put("p-A", "A").product)
    job = map_sku(s)
    assert (job.state, job.done, [row.key.sku for row in s.world.rows()]) == (JobState.DONE, 1, ["OLD"])
    (variant,) = s.world.stores.variants.of_product(SHOP, ProductId("p-A"))
    assert variant.listings == {s.world.key("OLD")}


def test_what_the_sku_of_a_mapping_belongs_to_already_keeps_it(s: Scripted) -> None:
    s.world.add(*(s.shop.put(f"p-{sku}", sku).product for sku in ("A", "OLD")))
    job = map_sku(s)
    assert (job.state, job.skipped, sorted(row.key.sku for row in s.world.rows())) == (JobState.DONE, 1, ["A", "OLD"])


def test_what_another_list_waits_with_is_not_listed_under_the_sku_that_a_mapping_frees(s: Scripted) -> None:
    s.world.add(s.shop.put("p-A", "A").product)
    s.world.stores.configuration.save(
        s.world.stores.configuration.get(SalesList, LIST).model_copy(update={"id": "list_2", "rev": 0})
    )
    s.shop.put("p-A", "A")
    other = s.world.stores.configuration.get(SalesList, "list_2")
    start_adding(s.world.deps, other, [ProductId("p-A")], "kim")
    s.world.run(60)
    assert [row.sales_list for row in s.world.rows()] == [LIST]
    map_sku(s)
    assert {row.key.sku: row.sales_list for row in s.world.rows()} == {"OLD": LIST}


@pytest.mark.parametrize("nth", range(1, 24))
def test_a_mapping_whose_worker_is_killed_at_any_call_moves_an_item_once(nth: int) -> None:
    s = world()
    s.world.add(s.shop.put("p-A", "A").product)
    job = save_mapping(s.world.deps, SkuMapping(Sku("OLD"), Sku("A"), ACCOUNT), "kim")
    s.fate.die_in(nth)
    s.world.run(1200)
    assert s.world.stores.jobs.get(job.id).state is JobState.DONE
    assert [row.key.sku for row in s.world.rows()] == ["OLD"]
    items, _ = s.world.stores.items.of_list(LIST, None, 9)
    assert [item.listing for item in items] == [s.world.key("OLD")]
    (variant,) = s.world.stores.variants.of_product(SHOP, ProductId("p-A"))
    assert variant.listings == {s.world.key("OLD")}


READ_STEPS, ADOPTED_STEPS, LINK_STEPS = 30, 22, 70


@pytest.mark.parametrize(
    ("lists_all", "nth"),
    [*((True, nth) for nth in range(1, READ_STEPS)), *((False, nth) for nth in range(1, ADOPTED_STEPS))],
)
def test_a_reading_killed_at_any_call_shows_each_line_once(lists_all: bool, nth: int) -> None:
    s = world(lists_all=lists_all)
    elsewhere(s, "A", "B", "C")
    if not lists_all:
        for sku in ("A", "B", "C"):
            s.market.make_by_hand(sku)
    job = start_inventory(s.world.deps, account(s), SITE, "kim")
    s.fate.die_in(nth)
    s.world.run(1200)
    job = s.world.stores.jobs.get(job.id)
    state = "matched" if lists_all else "foreign"
    assert (job.state, job.total, job.params_of(InventoryParams).counts) == (JobState.DONE, 3, {state: 3})
    assert [line.sku for line in lines(s, job.id, MatchState(state))] == ["A", "B", "C"]
    assert s.world.queued() == []


@pytest.mark.parametrize("nth", range(1, LINK_STEPS))
def test_a_linking_killed_at_any_call_links_each_line_once(nth: int) -> None:
    s = world()
    offers = elsewhere(s, "A", "B", "C")
    inventory = begin(s)
    the_list = s.world.stores.configuration.get(SalesList, LIST)
    job = start_linking(s.world.deps, account(s), inventory, None, the_list, "kim")
    s.fate.die_in(nth)
    s.world.run(1800)
    job = s.world.stores.jobs.get(job.id)
    assert (job.state, job.total, job.done) == (JobState.DONE, 3, 3)
    assert [row.remote for row in s.world.rows()] == [offer.remote for offer in offers]
    assert {row.hold and row.hold.code for row in s.world.rows()} == {"not_aligned"}
    assert (s.market.sent, len(s.market.offers)) == ([], 3)
    assert (s.world.queued(), s.world.dead_letters()) == ([], [])


def test_the_deaths_above_are_at_every_call() -> None:
    s = world()
    elsewhere(s, "A", "B", "C")
    before = len(s.fate.calls)
    begin(s)
    assert len(s.fate.calls) - before < READ_STEPS
    before = len(s.fate.calls)
    link(s)
    assert len(s.fate.calls) - before < LINK_STEPS


def test_a_product_made_anew_takes_over_the_listing_that_its_mapping_names(s: Scripted) -> None:
    s.world.add(s.shop.put("p-A", "A").product)
    map_sku(s)
    s.world.action(PublishKind.SEND, ProductId("p-A"))
    s.world.run(60)
    (offer,) = s.market.live(s.world.key("OLD"))
    del s.shop.products[ProductId("p-A")]
    s.world.hint(ProductId("p-A"))
    s.world.run(600)
    assert not offer.live
    s.shop.put("p-anew", "A")
    shop = s.world.stores.configuration.get(Shop, SHOP)
    done = relink_product(s.world.deps, shop, ProductId("p-anew"), "kim")
    s.world.run(600)
    assert [(one.listing.sku, one.problem) for one in done] == [("OLD", None)]
    assert (s.world.row(s.world.key("OLD")).variant.product, len(s.market.live(s.world.key("OLD")))) == ("p-anew", 1)
