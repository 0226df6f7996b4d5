"""An action that chooses its items page by page begins a product's variations together, whichever of them take it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ProductId, Sku
from listbridge.domain.jobs import JobState
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.work import PublishKind
from listbridge.services.listings.act.act_on_listings import Ask, act_on_all
from listbridge.services.listings.act.selection import Scope
from listbridge.services.listings.action_rules import Action
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, LIST


def two_variations(s: Scripted) -> ProductId:
    """A product with the variations A and B, both on sale."""
    product = s.shop.put("P", "A").product
    facts = s.shop.products[product]
    second = replace(facts.variants[0], variant=facts.variants[0].variant + "b", sku=Sku("B"))  # type: ignore[operator]
    s.shop.products[product] = replace(facts, variants=(facts.variants[0], second))
    s.world.add(product)
    s.world.action(PublishKind.SEND, product)
    s.world.settle()
    assert [row.status for row in s.world.rows()] == [Status.ACTIVE] * 2
    return product


@pytest.mark.parametrize("page", [1, 100])
@pytest.mark.parametrize("ended", ["A", "B"])
def test_a_variation_that_cannot_take_the_action_keeps_none_of_the_others_waiting(
    ended: str, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listbridge.services.listings.act.act_on_listings.ROWS_PER_CALL", 1)
    monkeypatch.setattr("listbridge.services.jobs.select_and_act._PAGE_ACTED", page)
    s = scripted_world()
    two_variations(s)

    def end(row: Listing) -> Listing:
        return lifecycle.ended(row, Status.FINISHED, s.world.now)

    s.world.stores.listings.change(s.world.key(ended), end)
    job = act_on_all(
        s.world.deps, Scope(s.world.stores.configuration.get(Account, ACCOUNT), LIST), Ask(Action.STOP, "kim")
    )
    assert job.phase == "select"
    s.world.deliver_all()
    its = s.world.stores.jobs.get(job.id)
    assert (its.state, its.done, its.skipped) == (JobState.DONE, 1, 1)
    assert [row for row in s.world.rows() if row.live] == []
