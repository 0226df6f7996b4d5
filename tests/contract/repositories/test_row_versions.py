"""Old and new code run side by side during a deployment: rows of the version before and of the one after are read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.catalog import Observation, Reservation, Visibility, Write
from listbridge.domain.configuration import Profile
from listbridge.domain.ids import AccountId, JobId, LineId, OrderKey, SalesListId
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings.listing import BOTH, NOTHING, Computed, Status
from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.infra import aws, settings
from listbridge.infra.storage.tables import JobRow
from tests.contract.repositories.conftest import Emulated
from tests.contract.repositories.rows import (
    buyer,
    listing,
    listing_key,
    order,
    order_key,
    rich_listing,
    rich_order,
    variant,
    variant_key,
)
from tests.emulator import EmulatedAws
from tests.fakes.clock import START
from tests.fakes.cuts import CutAt, WorkerDied

pytestmark = pytest.mark.emulator


@pytest.fixture
def real(emulator: EmulatedAws) -> Emulated:
    return Emulated()


def raw(table: str, **key: str) -> dict[str, Any]:
    found = aws.client("dynamodb").get_item(TableName=settings.table(table), Key={k: {"S": v} for k, v in key.items()})
    item: dict[str, Any] = found["Item"]
    return item


def put(table: str, item: dict[str, Any]) -> None:
    aws.client("dynamodb").put_item(TableName=settings.table(table), Item=item)


def test_a_listing_of_the_version_before_has_defaults_for_what_it_lacks(real: Emulated, name: str) -> None:
    key = listing_key(name)
    oldest = {
        "key": {"account": key.account, "site": key.site, "sku": key.sku},
        "sales_list": "lst_1",
        "status": "active",
        "variant": {"shop": "s", "product": "p", "variant": "v"},
    }
    put(
        "listings",
        {
            "unit": {"S": f"{key.account}#{key.sku}"},
            "site": {"S": key.site},
            "doc": {"S": json.dumps(oldest)},
            "rev": {"N": "4"},
            "v": {"N": "0"},
        },
    )
    row = real.listings.get(key)
    assert (row.rev, row.status, row.sales_list) == (4, Status.ACTIVE, "lst_1")
    assert (row.computed, row.accepted, row.auto, row.fence) == (Computed(), NOTHING, BOTH, 0)
    assert real.listings.save(row).rev == 5


def test_a_listing_of_the_version_after_is_read_past_its_unknown_fields(real: Emulated, name: str) -> None:
    row = rich_listing(listing_key(name))
    real.listings.create(row)
    item = raw("listings", unit=f"{row.key.account}#{row.key.sku}", site=row.key.site)
    doc = json.loads(item["doc"]["S"])
    doc["invented"] = {"deep": [1]}
    doc["computed"]["invented"] = 1
    doc["attempt"]["invented"] = None
    item |= {"doc": {"S": json.dumps(doc)}, "v": {"N": "2"}, "invented": {"BOOL": True}}
    put("listings", item)
    assert real.listings.get(row.key) == real.listings.get_many([row.key])[row.key]
    assert real.listings.get(row.key).computed == row.computed


def test_a_variant_of_another_version_is_read_and_observed_over(real: Emulated, name: str) -> None:
    key = variant_key(name)
    facts = {"variant": key.variant, "sku": "S", "title": "Cup", "price": None, "invented": 1}
    put(
        "variants",
        {
            "product": {"S": f"{key.shop}#{key.product}"},
            "variant": {"S": key.variant},
            "rev": {"N": "3"},
            "doc": {"S": json.dumps({"facts": facts, "visibility": "visible", "invented": 1})},
            "obs_start": {"N": "1"},
            "obs_end": {"N": "2"},
            "v": {"N": "2"},
            "invented": {"S": "x"},
            "reservations": {"M": {"o1": {"S": '{"quantity": 2, "invented": 1}'}}},
        },
    )
    row = real.variants.get_many([key])[key]
    assert (row.visibility, row.observation, row.rev) == (Visibility.VISIBLE, Observation(1, 2), 3)
    assert row.reservations == {"o1": Reservation(2)}
    assert real.variants.observe(variant(key, 5, 3, 4)) is Write.NEW
    assert real.variants.get_many([key])[key].reservations == {"o1": Reservation(2)}


def test_reservations_on_a_variant_s_row_of_the_version_before_count_and_move_out_one_by_one(
    real: Emulated, name: str
) -> None:
    """As it was when every open line stood in the variant's own row: no total, no rows of their own, no count."""
    key = variant_key(name)
    real.variants.observe(variant(key, 5, 10, 11))
    first, second = (real.orders.save(order(order_key(name, remote))) for remote in ("o1", "o2"))
    item = raw("variants", product=f"{key.shop}#{key.product}", variant=key.variant)
    item.pop("holders", None)
    item["reservations"] = {
        "M": {
            f"{first.key}#l1": {"S": '{"quantity":2,"absorbed_from":null}'},
            f"{second.key}#l1": {"S": '{"quantity":1,"absorbed_from":40}'},
        }
    }
    put("variants", item)
    row = real.variants.get_many([key])[key]
    assert (row.reserved(), row.holders, row.held_by_orders) == (3, 0, True)
    assert real.variants.reservations(key) == {
        f"{first.key}#l1": Reservation(2),
        f"{second.key}#l1": Reservation(1, 40),
    }
    real.orders.reserve(first, {key: {LineId("l1"): Reservation(2, absorbed_from=30)}})
    row = real.variants.get_many([key])[key]
    assert (row.reserved(), row.holders) == (3, 1)
    assert real.variants.reservations(key) == {
        f"{first.key}#l1": Reservation(2, 30),
        f"{second.key}#l1": Reservation(1, 40),
    }
    real.orders.reserve(second, {key: {LineId("l1"): None}})
    assert (real.variants.get_many([key])[key].reserved(), len(real.variants.reservations(key))) == (2, 1)
    real.orders.reserve(first, {key: {LineId("l1"): None}})
    row = real.variants.get_many([key])[key]
    assert (row.reservations, row.holders, real.variants.reservations(key)) == ({}, 0, {})


def test_the_version_before_reads_the_totals_as_orders_entries_and_counts_right(real: Emulated, name: str) -> None:
    """What it did with the row: each entry a quantity and a number, named so that an order's key can be read from it."""
    key = variant_key(name)
    real.variants.observe(variant(key, 5, 10, 11))
    for remote, number in (("o1", None), ("o2", 40), ("o3", 10)):
        row = real.orders.save(order(order_key(name, remote)))
        real.orders.reserve(row, {key: {LineId("l1"): Reservation(2, number)}})
    entries = raw("variants", product=f"{key.shop}#{key.product}", variant=key.variant)["reservations"]["M"]
    counted = 0
    for entry, attribute in entries.items():
        OrderKey.parse(entry.rsplit("#", 1)[0])
        held = json.loads(attribute["S"])
        counted += held["quantity"] if held["absorbed_from"] is None or held["absorbed_from"] > 10 else 0
    assert counted == 4


def test_the_same_facts_written_by_another_version_are_the_same(real: Emulated, name: str) -> None:
    key = variant_key(name)
    real.variants.observe(variant(key, 5, 1, 2))
    item = raw("variants", product=f"{key.shop}#{key.product}", variant=key.variant)
    doc = json.loads(item["doc"]["S"])
    item["doc"] = {"S": json.dumps({"invented": True, **dict(reversed(list(doc.items())))})}
    put("variants", item)
    assert real.variants.observe(variant(key, 5, 3, 4)) is Write.SAME


def test_documents_and_jobs_of_another_version_are_read(real: Emulated, name: str) -> None:
    put(
        "config",
        {
            "kind": {"S": "profile"},
            "id": {"S": f"pro_{name}"},
            "rev": {"N": "2"},
            "v": {"N": "2"},
            "new": {"S": "x"},
            "doc": {"S": json.dumps({"id": f"pro_{name}", "name": "P", "invented": 1})},
        },
    )
    assert real.configuration.get(Profile, f"pro_{name}").rev == 2
    doc = {"id": f"job_{name}", "kind": "send", "created_at": START.isoformat(), "invented": 1}
    put(
        "jobs",
        {
            "job": {"S": f"job_{name}"},
            "entry": {"S": "job"},
            "doc": {"S": json.dumps(doc)},
            "v": {"N": "0"},
            "expires_at": {"N": "1"},
        },
    )
    job = real.jobs.get(JobId(f"job_{name}"))
    assert (job.state, job.total, job.rev) == (JobState.RUNNING, 0, 0)


def test_an_edit_of_a_document_of_the_version_after_keeps_what_only_that_version_knows(
    real: Emulated, name: str
) -> None:
    rules = {"quantity": {"mode": "invented", "value": 4, "invented": 1}, "price": {"ratio": "1.10", "invented": 2}}
    doc = {"id": f"pro_{name}", "name": "P", "rules": {**rules, "invented": {"deep": [1]}}, "invented": 3}
    put(
        "config",
        {"kind": {"S": "profile"}, "id": {"S": f"pro_{name}"}, "rev": {"N": "2"}, "doc": {"S": json.dumps(doc)}},
    )
    read = real.configuration.get(Profile, f"pro_{name}")
    assert read.rules.quantity is not None
    assert (read.rules.quantity.mode, read.rules.quantity.mode.known) == ("invented", False)
    saved = real.configuration.save(read.model_copy(update={"name": "Q"}))
    stored = json.loads(raw("config", kind="profile", id=f"pro_{name}")["doc"]["S"])
    assert (stored["name"], stored["invented"], stored["rules"]["invented"]) == ("Q", 3, {"deep": [1]})
    assert (stored["rules"]["quantity"]["mode"], stored["rules"]["quantity"]["invented"]) == ("invented", 1)
    assert stored["rules"]["price"]["invented"] == 2
    assert real.configuration.get(Profile, f"pro_{name}") == saved
    without = saved.model_copy(update={"rules": saved.rules.model_copy(update={"price": None})})
    real.configuration.save(without)
    stored = json.loads(raw("config", kind="profile", id=f"pro_{name}")["doc"]["S"])
    assert stored["rules"]["price"] is None


def test_every_row_carries_the_version_and_only_finite_ones_expire(real: Emulated, name: str) -> None:
    key = listing_key(name)
    real.listings.create(listing(key, sales_list=SalesListId("lst_1")))
    row = raw("listings", unit=f"{key.account}#{key.sku}", site=key.site)
    assert row["v"] == {"N": "1"}
    assert "expires_at" not in row
    assert "due_shard" not in row
    lease = real.leases.acquire(name, "a", seconds=10)
    assert lease is not None
    week = int((START + timedelta(seconds=10, days=7)).timestamp())
    assert raw("coordination", key=f"lease#{name}")["expires_at"] == {"N": str(week)}
    real.counters.next(name)
    counter = raw("coordination", key=f"counter#{name}")
    assert (counter["v"], "expires_at" in counter) == ({"N": "1"}, False)


@pytest.mark.parametrize("more", [{}, {"v": {"N": "2"}, "invented": {"BOOL": True}}])
def test_a_counter_of_another_version_goes_on_counting(real: Emulated, name: str, more: dict[str, Any]) -> None:
    put("coordination", {"key": {"S": f"counter#{name}"}, "total": {"N": "41"}, **more})
    assert (real.counters.latest(name), real.counters.next(name), real.counters.latest(name)) == (41, 42, 42)


def test_an_order_of_the_version_before_has_defaults_for_what_it_lacks(real: Emulated, name: str) -> None:
    key = order_key(name)
    money = {"amount": "10.00", "currency": "EUR"}
    facts = {
        "id": key.remote,
        "site": "SITE_A",
        "placed_at": START.isoformat(),
        "changed_at": START.isoformat(),
        "lines": [{"id": "l1", "sku": "S1", "title": "Cup", "quantity": 1, "amount": money}],
        "shipping": {"service": "post", "title": "Post", "amount": money},
        "total": money,
        "adjustment": money,
    }
    oldest = {
        "key": {"account": key.account, "remote": key.remote},
        "shop": "shp_1",
        "facts": facts,
        "first_seen_at": START.isoformat(),
    }
    put(
        "orders",
        {
            "account": {"S": key.account},
            "order": {"S": key.remote},
            "doc": {"S": json.dumps(oldest)},
            "rev": {"N": "4"},
            "v": {"N": "0"},
            "placed_at": {"N": "1"},
        },
    )
    row = real.orders.find(key)
    assert row is not None
    assert (row.rev, row.state, row.shop, row.facts.payment) == (4, ImportState.WAITING, "shp_1", Payment.PAID)
    assert (row.matches, row.told, row.reserved, row.unsettled) == ({}, {}, frozenset(), True)
    assert real.orders.save(row).rev == 5


def test_orders_and_buyers_of_the_version_after_are_read_past_their_unknown_fields(real: Emulated, name: str) -> None:
    row = real.orders.save(rich_order(order_key(name)))
    real.orders.put_buyer(row.key, buyer())
    for table in ("orders", "buyers"):
        item = raw(table, account=row.key.account, order=row.key.remote)
        doc = json.loads(item["doc"]["S"])
        doc["invented"] = {"deep": [1]}
        doc["facts" if table == "orders" else "shipping"]["invented"] = 1
        put(table, item | {"doc": {"S": json.dumps(doc)}, "v": {"N": "2"}, "invented": {"BOOL": True}})
    assert real.orders.find(row.key) == row
    assert real.orders.buyers([row.key]) == {row.key: buyer()}


def test_an_order_s_row_holds_nothing_of_the_buyer_s_and_no_row_of_an_order_expires(real: Emulated, name: str) -> None:
    row = real.orders.save(order(order_key(name)))
    real.orders.put_buyer(row.key, buyer())
    kept = raw("orders", account=row.key.account, order=row.key.remote)
    assert "Müller" not in json.dumps(kept, ensure_ascii=False)
    assert not set(kept) & {"due", "due_at", "shop_order", "waiting", "expires_at"}
    assert "expires_at" not in raw("buyers", account=row.key.account, order=row.key.remote)


def test_a_poll_s_state_of_another_version_is_read_claimed_and_never_expires(real: Emulated, name: str) -> None:
    account = AccountId(f"acc_{name}")
    doc = {"account": account, "since": START.isoformat(), "next_poll_at": START.isoformat(), "invented": 1}
    put(
        "coordination",
        {
            "key": {"S": f"poll#{account}"},
            "doc": {"S": json.dumps(doc)},
            "claim": {"S": "old"},
            "next_poll_at": {"N": "0"},
            "rev": {"N": "3"},
            "v": {"N": "2"},
            "new": {"S": "x"},
        },
    )
    state = real.polls.claim(account, "mine", now=START, until=START + timedelta(seconds=9))
    assert state is not None
    assert (state.since, state.claim, state.watermark, state.rev) == (START, "mine", None, 4)
    assert "expires_at" not in raw("coordination", key=f"poll#{account}")


def test_an_epoch_never_falls_even_when_its_row_expired(real: Emulated, name: str) -> None:
    first = real.leases.acquire(name, "a", seconds=10)
    assert first is not None
    aws.client("dynamodb").delete_item(TableName=settings.table("coordination"), Key={"key": {"S": f"lease#{name}"}})
    real.clock.advance(8 * 86_400)
    second = real.leases.acquire(name, "a", seconds=10)
    assert second is not None
    assert second.epoch > first.epoch


def test_a_worker_that_died_before_closing_its_job_is_made_good_by_the_replay(
    real: Emulated, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(id=JobId(f"job_{name}"), kind=JobKind.SEND, created_at=START)
    real.jobs.create(job, [JobEntry(item="p0")])
    entry = JobEntry(item="p0", outcome=Outcome.DONE, at=START)
    died = CutAt(1)
    with monkeypatch.context() as dying:
        dying.setattr(real.jobs, "_close_if_complete", lambda id, entry: died("close"))
        with pytest.raises(WorkerDied):
            real.jobs.finish(job.id, entry)
    assert (real.jobs.get(job.id).state, real.jobs.get(job.id).done) == (JobState.RUNNING, 1)
    real.jobs.finish(job.id, entry)
    assert (real.jobs.get(job.id).state, real.jobs.get(job.id).done) == (JobState.DONE, 1)


def test_the_version_before_reads_a_job_that_ended_partly_or_cancelled(real: Emulated, name: str) -> None:
    for state, known in ((JobState.PARTLY, "done"), (JobState.CANCELLED, "refused")):
        job = Job(
            id=JobId(f"job_{name}{known}"),
            kind=JobKind.SEND,
            created_at=START,
            state=state,
            total=4,
            done=1,
            failed=1,
            skipped=2,
        )
        real.jobs.create(job)
        row = JobRow.get(job.id, "job")
        assert (row.state, int(row.done), int(row.failed)) == (known, 3, 1)
        assert real.jobs.get(job.id).state is state


def test_a_job_of_the_version_before_is_read_with_its_counts(real: Emulated, name: str) -> None:
    job = Job(id=JobId(f"job_{name}"), kind=JobKind.SEND, created_at=START, state=JobState.DONE, total=2, done=2)
    real.jobs.create(job)
    row = JobRow.get(job.id, "job")
    row.skipped, row.ended_as = None, None
    row.save()
    read = real.jobs.get(job.id)
    assert (read.state, read.done, read.skipped) == (JobState.DONE, 2, 0)
