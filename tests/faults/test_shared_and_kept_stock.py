"""Stock that is not each listing's own: sites that sell from one, and stock that the marketplace keeps and sends out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account, QuantityRule, Rules, SalesList
from listbridge.domain.ids import ListingKey, ProfileId, SalesListId, Site
from listbridge.domain.listings.holds import STOCK_KEPT
from listbridge.domain.listings.listing import LedgerField, Listing, Status, Values
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_offers import Offer
from tests.fakes.world import ACCOUNT, SITE
from tests.faults.seeded import seed

THERE, SECOND = Site("X_FR"), SalesListId("list_fr")


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.shares_stock = True
    return made


def on_two_sites(s: Scripted, *, cap: int | None = None) -> tuple[ListingKey, ListingKey]:
    """The same SKU on sale on two sites of the account; on the second not more than `cap` of it."""
    (here,) = seed(s, 1)
    row = s.world.row(here)
    save = s.world.stores.configuration.save
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    save(account.model_copy(update={"sites": (SITE, THERE)}))
    rules = Rules() if cap is None else Rules(quantity=QuantityRule(mode="cap", value=cap))
    save(SalesList(id=SECOND, name="There", account=ACCOUNT, site=THERE, profile=ProfileId("profile_1"), rules=rules))
    there = ListingKey(ACCOUNT, THERE, here.sku)
    offer = Offer(s.market.new_id(), there, s.world.now, True, s.market.new_id(), 5, row.accepted.price)
    s.market.offers.append(offer)
    s.world.stores.listings.create(
        Listing(
            key=there,
            variant=row.variant,
            sales_list=SECOND,
            status=row.status,
            offer=offer.id,
            remote=offer.remote,
            accepted=Values(5, row.accepted.price, s.world.now),
        )
    )
    s.world.stores.items.put(Item(SECOND, row.variant, here.sku, "", there))
    s.world.stores.variants.bind(row.variant, there)
    Recompute(s.world.deps).listings([here, there])
    s.world.run(30)
    return here, there


def computed(s: Scripted, *keys: ListingKey) -> list[int | None]:
    return [s.world.row(key).computed.quantity for key in keys]


def test_sites_of_one_stock_all_have_the_lowest_quantity(s: Scripted) -> None:
    here, there = on_two_sites(s, cap=2)
    s.world.hint(s.shop.set("S0", stock=4))
    s.world.run(30)
    assert computed(s, here, there) == [2, 2]
    assert [s.market.shown(key) for key in (here, there)] == [(2, "10.00")] * 2


def test_explain_names_the_site_that_decides(s: Scripted) -> None:
    here, there = on_two_sites(s, cap=2)
    s.world.hint(s.shop.set("S0", stock=4))
    s.world.run(30)
    last = explain_listing(s.world.deps, here).quantity.trace[-1]
    assert (last.step, last.value, last.result) == ("shared_stock", "X_FR", "2")
    assert [line.step for line in explain_listing(s.world.deps, there).quantity.trace] == ["shop_stock", "cap"]


def test_a_rule_of_one_site_moves_the_others(s: Scripted) -> None:
    here, there = on_two_sites(s, cap=2)
    the_list = s.world.stores.configuration.get(SalesList, SECOND)
    s.world.stores.configuration.save(
        the_list.model_copy(update={"rules": Rules(quantity=QuantityRule(mode="cap", value=3))})
    )
    Recompute(s.world.deps).listings([there])
    assert computed(s, here, there) == [3, 3]


def test_a_site_where_it_is_not_on_sale_decides_nothing(s: Scripted) -> None:
    here, there = on_two_sites(s, cap=2)
    s.world.stores.listings.change(there, lambda row: replace(row, remote=None))
    Recompute(s.world.deps).listings([here])
    assert computed(s, here) == [5]


def test_a_site_that_ends_holds_the_others_back_no_longer(s: Scripted) -> None:
    here, there = on_two_sites(s, cap=2)
    s.world.hint(s.shop.set("S0", stock=4))
    s.world.run(30)
    s.world.action(PublishKind.STOP, s.world.row(there).variant.product, sales_list=SECOND)
    s.world.run(60)
    assert (s.world.row(there).status, computed(s, here)) == (Status.STOPPED, [4])
    assert s.market.shown(here) == (4, "10.00")


def test_sites_with_stocks_of_their_own_have_quantities_of_their_own() -> None:
    s = scripted_world()
    here, there = on_two_sites(s, cap=2)
    s.world.hint(s.shop.set("S0", stock=4))
    s.world.run(30)
    assert computed(s, here, there) == [4, 2]


def kept(s: Scripted) -> ListingKey:
    """A listing whose stock the marketplace keeps, as the drift check finds it."""
    (key,) = seed(s, 1)
    s.market.fulfilled_here.add(key.sku)
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)
    return key


def test_the_quantity_of_stock_that_the_marketplace_keeps_is_never_sent(s: Scripted) -> None:
    key = kept(s)
    s.market.live(key)[0].quantity = 40
    s.world.hint(s.shop.set("S0", stock=0))
    s.world.run(60)
    assert [one for one in s.market.sent if one.values.quantity is not None] == []
    assert s.market.shown(key) == (40, "10.00")
    assert s.world.silent_rows() == []


def test_its_price_is_sent(s: Scripted) -> None:
    key = kept(s)
    s.world.hint(s.shop.set("S0", stock=1, price="12.00"))
    s.world.run(60)
    assert s.market.shown(key) == (5, "12.00")
    assert s.world.row(key).accepted.known == {LedgerField.PRICE, LedgerField.QUANTITY}


def test_the_seller_is_told_why_the_quantity_does_not_follow(s: Scripted) -> None:
    key = kept(s)
    assert explain_listing(s.world.deps, key).quantity.reason == STOCK_KEPT


def test_stock_that_comes_back_to_the_seller_is_sent_again(s: Scripted) -> None:
    key = kept(s)
    s.world.hint(s.shop.set("S0", stock=3))
    s.world.run(60)
    s.market.fulfilled_here.clear()
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(60)
    assert s.market.shown(key) == (3, "10.00")
