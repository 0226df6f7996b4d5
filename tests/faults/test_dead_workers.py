"""What a dead worker of any lane may cost: a zero, or a sale, waits for its messages no longer than `message_hold_s`.

Each worker dies before some call or write of its work. Its messages would be hidden for the queue's visibility time, six
times the function's limit; they are there again after twelve seconds (ADR 20).
"""

from __future__ import annotations

from datetime import datetime

import pytest

from listbridge.domain.configuration import PriceRule, Profile, QuantityMode, QuantityRule, Rules
from listbridge.domain.ids import ProductId, ProfileId
from listbridge.domain.work import Lane, PublishKind
from listbridge.services.configuration.change_configuration import propose
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, story

HOLD_S = 12.0
WORK_S = 3.0


@pytest.fixture
def s() -> Story:
    made = story(accounts=2)
    made.sell("A", 5, accounts=(ACCOUNT, SECOND))
    return made


def zero_after(s: Story, since: datetime, account: str = ACCOUNT) -> float:
    at = next(
        one.at for one in s.market.sent if one.key.account == account and one.values.quantity == 0 and one.at >= since
    )
    return (at - since).total_seconds()


@pytest.mark.parametrize(
    "dies_before", ["inbox.taken", "shop.read", "variants.observe", "listings.save", "queues.send.revise"]
)
def test_a_zero_waits_for_a_dead_sync_worker_no_longer_than_its_messages_are_held(s: Story, dies_before: str) -> None:
    since = s.world.now
    s.fate.die_before(f"{dies_before}*")
    s.sell_in_shop("A", 5)
    s.run(60)
    assert s.world.deaths == 1
    assert zero_after(s, since) <= HOLD_S + WORK_S


@pytest.mark.parametrize("dies_before", ["configuration.save", "listings.save", "jobs.save", "queues.send.revise"])
def test_a_zero_of_a_big_recompute_waits_for_its_dead_worker_no_longer(s: Story, dies_before: str) -> None:
    since = s.world.now
    profile = s.world.stores.configuration.get(Profile, ProfileId("profile_1"))
    none_left = Rules(quantity=QuantityRule(mode=QuantityMode.BUFFER, value=5), price=PriceRule())
    propose(s.world.deps, profile.model_copy(update={"rules": none_left}), "seller")
    s.fate.die_before(dies_before)
    s.run(1)
    assert s.world.deaths == 1
    s.run(60)
    assert max(zero_after(s, since), zero_after(s, since, SECOND)) <= HOLD_S + WORK_S


@pytest.mark.parametrize(
    "dies_before",
    [
        "polls.save",
        "remote.orders_changed",
        "remote.orders_changed.answered",
        "orders.save",
        "orders.reserve",
        "listings.save",
        "queues.send.revise",
    ],
)
def test_a_sale_waits_for_a_dead_poll_no_longer_than_its_message_is_held(s: Story, dies_before: str) -> None:
    """The last five are sold on one account: the other's listing must not sell them again."""
    s.buy("A", 5)
    since = s.world.now
    s.fate.die_before(dies_before)
    s.poll()
    assert s.world.deaths == 1
    s.run(60)
    assert zero_after(s, since, SECOND) <= HOLD_S + WORK_S


def test_a_dead_publisher_hides_what_it_made_live_no_longer_than_its_claim(s: Story) -> None:
    """It went live, and nobody knows; then the last one goes. The next worker must wait for the claim, and finds it."""
    product = s.shop.put("pN", "N", stock=3).product
    s.stock["N"] = 3
    s.world.add(product)
    s.world.action(PublishKind.SEND, ProductId(product), deliver=False)
    s.fate.die_before("remote.go_live.answered")
    s.world.deliver(Lane.PUBLISH)
    assert (s.world.deaths, s.shown("N")) == (1, 3)
    since = s.world.now
    s.sell_in_shop("N", 3)
    s.run(200)
    assert s.shown("N") == 0
    gone = next(one.at for one in s.market.sent if one.key.sku == "N" and one.values.quantity == 0 and one.at > since)
    claim_s = s.world.limits.publish_claim_s
    assert (gone - since).total_seconds() <= claim_s + 15 + WORK_S
