"""The app's secret is changed: the seller gives the new one, and nothing of what the shop sends meanwhile is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.installation import SHOP_CREDENTIALS
from tests.unit.functions.order_desk import OrderDesk

NEW = {**SHOP_CREDENTIALS, "client_secret": "new-secret"}


def rotated(desk: OrderDesk, *, sign_with_old: bool = True) -> None:
    """The secret is another, and the tokens of the old one are dead; the hourly look finds that."""
    desk.its.shopify.deeds.rotate_client_secret("new-secret", sign_with_old=sign_with_old)
    desk.its.shopify.deeds.revoke_tokens()
    answer = desk.its.call("POST", f"/v1/shops/{desk.shop}/check")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "shopify_grant_refused")


def give(desk: OrderDesk, credentials: dict[str, str]) -> Any:
    return desk.its.call("PUT", f"/v1/shops/{desk.shop}/credentials", {"credentials": credentials})


def sold_out(desk: OrderDesk) -> dict[str, int]:
    """The shop says by a delivery alone that nothing is left; what buyers see then."""
    desk.wait(5)  # the reading that follows new credentials
    desk.its.shopify.deeds.set_stock(0, None, sku="MUG")
    desk.wait(15)
    return desk.seller.live_offers()


@pytest.mark.parametrize("sign_with_old", [True, False])
def test_deliveries_are_heard_whichever_secret_signs_them(desk: OrderDesk, sign_with_old: bool) -> None:
    rotated(desk, sign_with_old=sign_with_old)
    assert give(desk, NEW).status == 200
    assert sold_out(desk) == {"MUG": 0}


def test_giving_the_new_secret_twice_keeps_the_one_before(desk: OrderDesk) -> None:
    rotated(desk)
    assert [give(desk, NEW).status for _ in range(2)] == [200, 200]
    assert sold_out(desk) == {"MUG": 0}


def test_a_secret_before_that_the_seller_gives_is_taken_as_it_is(desk: OrderDesk) -> None:
    rotated(desk)
    assert give(desk, {**NEW, "previous_client_secret": "another"}).status == 200
    assert sold_out(desk) == {"MUG": 5}


def test_credentials_that_do_not_work_change_nothing(desk: OrderDesk) -> None:
    before = desk.its.stores.secrets.get(f"shops/{desk.shop}")
    assert give(desk, {**NEW, "client_secret": "wrong"}).status == 409
    assert desk.its.stores.secrets.get(f"shops/{desk.shop}") == before


def explained(desk: OrderDesk) -> dict[str, Any]:
    return desk.its.get(f"/listings/{desk.seller.row('MUG')['listing']['id']}/explain")


def test_while_the_shop_is_not_heard_of_its_listings_say_so(desk: OrderDesk) -> None:
    rotated(desk)
    story = explained(desk)
    told = [story["reason"], story["quantity"]["reason"], story["price"]["reason"], story["listing"]["reason"]]
    assert [(one["code"], one["fix"]) for one in told] == [("shop_expired", "reconnect_shop")] * 4
    assert (story["next"]["code"], story["next"]["fix"]) == ("next_person", "reconnect_shop")
    assert desk.seller.row("MUG")["listing"]["reason"]["code"] == "shop_expired"
    assert [row["reason"]["code"] for row in desk.its.get("/listings")["listings"]] == ["shop_expired"]


def test_and_no_longer_once_it_is(desk: OrderDesk) -> None:
    rotated(desk)
    give(desk, NEW)
    desk.wait(5)
    story = explained(desk)
    assert (story["reason"], story["next"]["code"]) == (None, "next_change_in_shop")
