from __future__ import annotations

from datetime import timedelta

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId
from tests.contract.repositories.conftest import OurPorts
from tests.fakes.clock import START


def entry(name: str, event: str, after_s: float, subject: str = "s") -> ActivityEntry:
    return ActivityEntry(
        f"{subject}_{name}", event, START + timedelta(seconds=after_s), {"to": "3"}, AccountId(f"acc_{name}"), "ada"
    )


def test_what_happened_is_told_newest_first(store: OurPorts, name: str) -> None:
    entries = [entry(name, f"e{n}", n) for n in range(30)]
    store.activity.note(*entries[:28])
    store.activity.note(*entries[28:])
    assert store.activity.of_subject(f"s_{name}", 100)[0] == entries[::-1]
    assert store.activity.of_subject(f"s_{name}", 2)[0] == [entries[29], entries[28]]


def test_acts_of_one_instant_are_all_kept_in_their_order(store: OurPorts, name: str) -> None:
    store.activity.note(*(entry(name, f"e{n}", 0) for n in range(12)))
    events = [one.event for one in store.activity.of_subject(f"s_{name}", 100)[0]]
    assert events == [f"e{n}" for n in reversed(range(12))]


def test_an_account_s_story_holds_all_its_subjects_and_no_other_account_s(store: OurPorts, name: str) -> None:
    mine = [entry(name, "a", 1, "listing"), entry(name, "b", 2, "job")]
    store.activity.note(*mine, entry(name + "x", "c", 3))
    assert store.activity.of_account(AccountId(f"acc_{name}"), 10)[0] == mine[::-1]


def test_an_act_without_an_account_belongs_to_its_subject_alone(store: OurPorts, name: str) -> None:
    plain = ActivityEntry(f"s_{name}", "shop_connected", START)
    store.activity.note(plain)
    assert store.activity.of_subject(f"s_{name}", 10)[0] == [plain]
    assert store.activity.of_account(AccountId(f"acc_{name}"), 10)[0] == []


def test_noting_nothing_is_nothing(store: OurPorts, name: str) -> None:
    store.activity.note()
    assert store.activity.of_subject(f"s_{name}", 10)[0] == []
