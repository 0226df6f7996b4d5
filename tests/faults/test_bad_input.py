"""What shops and marketplaces say that makes no sense: each ends in a clear word about itself, and nothing else suffers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.configuration import Account, ConnectionState, SalesList, Shop
from listbridge.domain.ids import ProductId, SalesListId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.holds import field_hold, hold_of
from listbridge.domain.listings.listing import LedgerField, Status
from listbridge.domain.work import Lane, Nudge, PublishKind
from listbridge.services.listings.items.add_items import start_adding
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT, LIST, SHOP
from tests.faults.pair import Pair, pair


@pytest.fixture
def p() -> Pair:
    """A pair with one healthy product on sale, which must stay in step whatever happens beside it."""
    p = pair()
    p.world.sell(p.add_product("GOOD"))
    return p


def still_good(p: Pair) -> None:
    p.set("GOOD", stock=2)
    p.pump()
    p.world.settle(hours=4)
    assert p.shown("GOOD") == (2, Decimal("10.00"))
    assert p.world.dead_letters() == []


def add_and_send(p: Pair, *products: ProductId, sales_list: SalesListId = LIST) -> None:
    start_adding(p.world.deps, p.world.stores.configuration.get(SalesList, sales_list), products, "seller")
    p.world.settle()
    p.world.action(PublishKind.SEND, *products, sales_list=sales_list)
    p.world.settle(hours=4)


def outcome(p: Pair, product: ProductId) -> list[str | None]:
    """Why each variant of the product is not on sale; None for one that is."""
    said: list[str | None] = []
    for item in p.world.stores.items.of_product(SHOP, product):
        if item.listing is None:
            assert item.problem is not None
            said.append(item.problem.code)
            continue
        row = p.world.row(item.listing)
        said.append(row.hold.code if row.hold is not None else None)
        assert row.status in (Status.ACTIVE, Status.ERROR)
        assert (row.status is Status.ACTIVE) is (row.hold is None)
    return said


@pytest.mark.parametrize(
    ("sku", "said"),
    [
        ("", "sku_missing"),
        ("   ", "sku_missing"),
        ("X" * 200, "sku_too_long"),
        ("X" * 51, "sku_too_long"),
        ("X" * 50, None),
    ],
)
def test_a_sku_that_cannot_be_listed_says_why(p: Pair, sku: str, said: str | None) -> None:
    product = p.add_product(sku)
    add_and_send(p, product)
    assert outcome(p, product) == [said]
    del p.truth[sku]  # type: ignore[arg-type]
    still_good(p)


def test_a_sku_of_emoji_is_sold_or_refused_with_a_word(p: Pair) -> None:
    product = p.add_product("🦊-1")
    add_and_send(p, product)
    said = outcome(p, product)[0]
    assert said is None or said.startswith("ebay_")
    assert (p.shown("🦊-1") is not None) is (said is None)
    still_good(p)


def test_of_two_variants_with_one_sku_the_second_says_so(p: Pair) -> None:
    first, second = p.add_product("TWIN"), p.add_product("TWIN", title="Other mug")
    add_and_send(p, first, second)
    assert (outcome(p, first), outcome(p, second)) == ([None], ["sku_duplicate"])
    assert p.shown("TWIN") is not None
    still_good(p)


def test_the_same_item_in_two_lists_of_one_account_is_sold_by_the_first(p: Pair) -> None:
    other = SalesListId("list_other")
    saved = p.world.stores.configuration.get(SalesList, LIST)
    p.world.stores.configuration.save(saved.model_copy(update={"id": other, "name": "Other", "rev": 0}))
    product = p.add_product("ONE")
    add_and_send(p, product)
    add_and_send(p, product, sales_list=other)
    said = [item.problem.code for item in p.world.stores.items.of_product(SHOP, product) if item.problem is not None]
    assert said == ["sold_by_other_list"]
    assert p.shown("ONE") == (5, Decimal("10.00"))
    still_good(p)


@pytest.mark.parametrize("price", ["0.00", "1000000000000.00"])
def test_a_price_beyond_all_bounds_is_neither_listed_nor_revised(p: Pair, price: str) -> None:
    product = p.add_product("DEAR", price=price)
    add_and_send(p, product)
    assert outcome(p, product) == ["price_out_of_bounds"]
    p.set("GOOD", price=price)
    p.pump()
    p.world.settle()
    account, row = p.world.stores.configuration.get(Account, ACCOUNT), p.world.row(p.key("GOOD"))
    hold = field_hold(row, account, LedgerField.PRICE)
    assert hold is not None
    assert hold.code == "price_out_of_bounds"
    still_good_at_old_price(p)


def still_good_at_old_price(p: Pair) -> None:
    """A price that cannot be sent does not keep the quantity back."""
    p.set("GOOD", stock=1)
    p.pump()
    p.world.settle()
    assert p.shown("GOOD") == (1, Decimal("10.00"))


def test_stock_below_zero_is_zero(p: Pair) -> None:
    p.set("GOOD", stock=-3)
    p.pump()
    p.world.settle()
    assert p.shown("GOOD") == (0, Decimal("10.00"))
    still_good(p)


def test_stock_that_the_shop_no_longer_tells_leaves_what_is_shown_and_says_so(p: Pair) -> None:
    p.shopify.deeds.disconnect_stock(p.shopify.world.first_location, sku="GOOD")
    p.pump()
    p.world.settle()
    account, row = p.world.stores.configuration.get(Account, ACCOUNT), p.world.row(p.key("GOOD"))
    hold = field_hold(row, account, LedgerField.QUANTITY)
    assert (hold and hold.code, p.shown("GOOD")) == ("stock_unknown", (5, Decimal("10.00")))


def test_a_revoked_ebay_token_is_the_accounts_reason_until_it_is_connected_again(p: Pair) -> None:
    p.ebay.deeds.revoke_token("anna")
    p.ebay.deeds.expire_tokens()
    p.set("GOOD", stock=1)
    p.pump()
    p.world.run(300)
    account = p.world.stores.configuration.get(Account, ACCOUNT)
    hold = hold_of(p.world.row(p.key("GOOD")), account)
    assert (account.state, hold and hold.code) == (ConnectionState.EXPIRED, "account_expired")
    assert p.world.events().count("account_expired") == 1
    p.settle()
    still_good(p)


def test_a_shop_that_refuses_our_credentials_says_so_once_and_loses_nothing(p: Pair) -> None:
    """Changes made meanwhile are found when it is connected again."""
    p.shopify.deeds.permit(False)
    p.shopify.deeds.revoke_tokens()
    p.set("GOOD", stock=4)
    p.pump()
    p.world.run(300)
    assert p.world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
    assert p.world.events(SHOP).count("shop_expired") == 1
    p.shopify.deeds.permit(True)
    p.settle()
    assert p.shown("GOOD") == (4, Decimal("10.00"))
    assert p.world.dead_letters() == []


@pytest.mark.parametrize("status", [200, 403, 502, 503])
def test_a_marketplace_that_answers_with_a_page_is_waited_out(p: Pair, status: int) -> None:
    p.ebay.faults.add(Fault("bulkUpdatePriceQuantity", "html", times=3, status=status))
    p.set("GOOD", stock=1)
    p.pump()
    p.world.settle(hours=6)
    assert p.shown("GOOD") == (1, Decimal("10.00"))
    still_good(p)


def test_a_marketplace_that_answers_a_sending_with_pages_says_so_and_takes_it_later(p: Pair) -> None:
    product = p.add_product("NEW")
    p.ebay.faults.add(Fault("*", "html", times=400, status=502))
    keys = p.world.add(product)
    job = p.world.action(PublishKind.SEND, product)
    p.world.settle(hours=4)
    row = p.world.row(keys[0])
    assert (row.status, p.world.stores.jobs.get(job).state) == (Status.ERROR, JobState.FAILED)
    assert row.hold is not None
    p.ebay.faults.clear()
    p.world.action(PublishKind.SEND, product)
    p.world.settle()
    assert p.shown("NEW") == (5, Decimal("10.00"))
    still_good(p)


def test_a_message_that_names_what_does_not_exist_is_done(p: Pair) -> None:
    p.world.hint(ProductId("999"))
    p.world.stores.queues.send(Lane.REVISE, Nudge(account=ACCOUNT, listings=(str(p.key("NOBODY")),)))
    p.world.settle()
    still_good(p)
