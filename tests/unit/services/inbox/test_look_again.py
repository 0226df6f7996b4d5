"""An order that a marketplace names is read alone; one that it does not name is found by the next poll."""

from __future__ import annotations

import pytest

from listbridge.domain.work import AccountEvent, Hint, HintKind, ImportOrder, Lane, PollAccount
from listbridge.services.inbox.look_again import look_again
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT


@pytest.fixture
def s() -> Scripted:
    scripted = scripted_world()
    scripted.world.stores.queues.empty(Lane.ORDERS)
    return scripted


def _told(s: Scripted, *ids: str) -> list[ImportOrder | PollAccount]:
    hints = tuple(Hint(kind=HintKind.ORDER, id=id) for id in ids)
    look_again(s.world.deps, AccountEvent(account=ACCOUNT, hints=hints))
    sent = [message for message, _ in s.world.stores.queues.empty(Lane.ORDERS)]
    return [one for one in sent if isinstance(one, ImportOrder | PollAccount)]


def test_a_named_order_is_read_and_no_poll_is_spent(s: Scripted) -> None:
    assert _told(s, "o-1", "o-2", "o-1") == [
        ImportOrder(account=ACCOUNT, order="o-1", anew=True),
        ImportOrder(account=ACCOUNT, order="o-2", anew=True),
    ]


def test_an_order_without_a_name_is_polled_for(s: Scripted) -> None:
    assert [type(one) for one in _told(s, "")] == [PollAccount]


def test_a_marketplace_whose_orders_are_not_read_is_not_asked(s: Scripted) -> None:
    s.market.order_traits = None
    assert _told(s, "o-1", "") == []
