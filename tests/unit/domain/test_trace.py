"""What a trace says, and how it counts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain import trace
from listbridge.domain.ids import AccountId, ListingKey, RemoteOrderId, ShopId, Site, Sku
from listbridge.domain.trace import MOST_IDLE_HOPS, NoProgress, Threads, Trace
from listbridge.domain.work import AnyMessage, ImportOrder, Nudge, PollAccount, ShopEvent

NUDGE = Nudge(account=AccountId("acc_1"))
KEY = ListingKey(AccountId("acc_1"), Site("X_DE"), Sku("CUP"))


def sent(reason: str = "", *, waits: bool = False) -> Trace:
    """The trace of a message that is sent now."""
    (message,) = trace.stamped([NUDGE], reason, waits=waits)
    assert message.trace is not None
    return message.trace


def arrived(idle: int = 0, id: str = "cor-1") -> Nudge:
    return Nudge(account=AccountId("acc_1"), trace=Trace(id=id, reason="lease_held", hops=7, idle=idle))


def test_a_message_takes_the_id_of_the_entrance_along_and_says_why_it_was_sent() -> None:
    with trace.begun("webhook", "cor-1"):
        assert sent() == Trace(id="cor-1", reason="webhook", hops=1, idle=0)
        assert sent("confirm") == Trace(id="cor-1", reason="confirm", hops=1, idle=0)


def test_an_entrance_without_an_id_is_given_one_of_its_own() -> None:
    ids = set()
    for _ in range(2):
        with trace.begun("timer.due"):
            ids.add(sent().id)
    assert len(ids) == 2
    assert "" not in ids


def test_each_message_is_a_hop_further_and_idle_as_long_as_nothing_got_anywhere() -> None:
    with trace.followed([arrived(idle=3)]):
        assert (sent().hops, sent().idle) == (8, 4)
        trace.progressed()
        assert (sent().hops, sent().idle) == (8, 0)


def test_waiting_for_another_worker_is_no_idle_hop() -> None:
    with trace.followed([arrived(idle=3)]):
        assert (sent(waits=True).hops, sent(waits=True).idle) == (8, 3)


def test_a_chain_that_gets_nowhere_ends_at_the_bound_and_one_that_does_goes_on() -> None:
    with trace.followed([arrived(idle=MOST_IDLE_HOPS - 1)]):
        assert sent().idle == MOST_IDLE_HOPS
    with trace.followed([arrived(idle=MOST_IDLE_HOPS)]):
        with pytest.raises(NoProgress, match="121 messages in a row"):
            sent()
        trace.progressed()
        assert sent().idle == 0


def test_messages_worked_on_as_one_go_on_under_the_first_ones_id_and_name_the_others() -> None:
    with trace.followed([arrived(id="cor-1"), arrived(idle=9, id="cor-2"), arrived(id="cor-1"), NUDGE]):
        assert trace.line() == {
            "correlation_id": "cor-1",
            "reason": "lease_held",
            "hops": 7,
            "joined_ids": ["cor-2"],
            "account": "acc_1",
        }
        assert sent().idle == 10


def test_a_message_from_before_there_were_traces_begins_one() -> None:
    with trace.followed([NUDGE]):
        assert (sent().reason, sent().hops, sent().idle) == ("untraced", 1, 0)
        assert sent().id


def test_outside_of_any_work_a_message_stays_as_it_is() -> None:
    assert trace.stamped([NUDGE]) == [NUDGE]
    assert trace.stamped([NUDGE])[0].trace is None


def test_a_line_names_what_its_messages_have_in_common() -> None:
    one = ShopEvent(shop=ShopId("shop_1"))
    with trace.followed([one]):
        assert trace.line()["shop"] == "shop_1"
    with trace.followed([one, ShopEvent(shop=ShopId("shop_2"))]):
        assert "shop" not in trace.line()
    with trace.followed([ImportOrder(account=AccountId("acc_1"), order=RemoteOrderId("12-1"))]):
        trace.note(shop="shop_1")
        assert {k: trace.line()[k] for k in ("account", "order", "shop")} == {
            "account": "acc_1",
            "order": "12-1",
            "shop": "shop_1",
        }
    trace.note(shop="shop_1")
    assert trace.line() == {}


def test_threads_go_on_with_the_work_of_whoever_started_them_and_each_with_facts_of_its_own() -> None:
    def one(number: int) -> Any:
        trace.note(listing=number)
        return trace.line()

    with trace.begun("webhook", "cor-1", shop="shop_1"), Threads(4) as pool:
        lines = list(pool.map(one, range(8)))
        pool.submit(trace.progressed).result()
        assert sent().idle == 0
    assert lines == [
        {"correlation_id": "cor-1", "reason": "webhook", "hops": 0, "shop": "shop_1", "listing": number}
        for number in range(8)
    ]


def test_progress_made_in_a_thread_counts_for_the_work() -> None:
    with trace.followed([arrived(idle=5)]), Threads(1) as pool:
        pool.submit(trace.progressed).result()
        assert sent().idle == 0


def test_two_messages_that_ask_for_the_same_are_one_whatever_brought_them() -> None:
    assert arrived(id="cor-1") == arrived(id="cor-2") == NUDGE
    assert list(dict.fromkeys([arrived(id="cor-1"), arrived(id="cor-2")])) == [NUDGE]
    assert arrived() != Nudge(account=AccountId("acc_2"))
    assert arrived() != PollAccount(account=AccountId("acc_1"), claim="")


def test_a_trace_survives_the_wire_and_a_newer_writers_fields_are_passed_over() -> None:
    wire: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)
    assert wire.validate_json(arrived(idle=2).model_dump_json()).trace == arrived(idle=2).trace
    newer = '{"kind": "nudge", "account": "acc_1", "v": 2, "trace": {"id": "cor-1", "hops": 3, "colour": "blue"}}'
    assert wire.validate_json(newer).trace == Trace(id="cor-1", hops=3)
    older = '{"kind": "nudge", "account": "acc_1", "listings": [], "v": 1}'
    assert (wire.validate_json(older).trace, wire.validate_json(older)) == (None, NUDGE)
