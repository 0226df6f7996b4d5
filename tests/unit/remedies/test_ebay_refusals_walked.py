"""Every refusal of eBay's error table: of a listing that is sent, of one revised in full, and of one that is revised.

The simulated eBay answers with the documented error once; that the deed named against it is done is simulated where it is done
outside (in Seller Hub, by a mail to eBay), and done where it is ours or the shop's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.marketplaces.ebay import errors
from simulators.faults import Fault
from tests.unit.functions.seller import Seller
from tests.unit.remedies.walks import EBAY, entry, heard, named, reason, walks

OF_ORDERS = frozenset({"ebay_parcel_refused", "ebay_tracking_refused", "ebay_order_gone"})
OF_GROUPS = frozenset({"ebay_sku_listed_alone", "ebay_sku_in_other_group", "ebay_group_gone"})
OF_TOPICS = frozenset({"ebay_alert_email_missing", "ebay_address_not_proven", "ebay_topic_refused"})
"""Refusals that have to do with variations, with orders, or with what eBay tells: they are walked for themselves."""


def _of(verdict: type[Exception]) -> dict[str, int]:
    """Codes with one error id that says them."""
    found: dict[str, int] = {}
    for number, row in errors.BY_ID.items():
        missing = verdict is Rejected and issubclass(row.verdict, NotFound)
        if issubclass(row.verdict, verdict) and not missing and row.code not in OF_ORDERS | OF_GROUPS | OF_TOPICS:
            found.setdefault(f"{row.code}/{row.fix}", number)
    return found


REFUSED = _of(Rejected)
GONE = _of(NotFound)


def _codes(table: dict[str, int]) -> list[str]:
    return [name.partition("/")[0] for name in table]


def said(operation: str, number: int, words: str = "No.") -> Fault:
    """eBay's answer with this error, once."""
    body = {"errors": [{"errorId": number, "domain": "API_INVENTORY", "category": "REQUEST", "message": words}]}
    return Fault(operation, "status", status=400, body=body)


def _edit_profile(seller: Seller, product: str) -> None:
    (profile,) = seller.its.get("/creation-profiles")["creation_profiles"]
    seller.its.patch(f"/creation-profiles/{profile['id']}", {"settings": {"brand": "Nordlicht"}}, expect=200)


def _edit_product(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.set_title(product, "A better mug")
    heard(seller, product)


def _set_price(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.set_price("13.50", sku="MUG")
    heard(seller, product)


def _set_stock(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.set_stock(6, None, sku="MUG")
    heard(seller, product)


def _elsewhere(seller: Seller, product: str) -> None:
    """Settled with eBay, or reported to us: the next call is answered as it should be."""


DEEDS: dict[str, Callable[[Seller, str], None]] = {
    "edit_creation_profile": _edit_profile,
    "choose_policies": _edit_profile,
    "give_barcode": _edit_profile,
    "check_images_in_shop": _edit_product,
    "edit_product_in_shop": _edit_product,
    "check_options_in_shop": _edit_product,
    "set_price_in_shop": _set_price,
    "check_stock_in_shop": _set_stock,
    **dict.fromkeys(
        (
            "opt_in_business_policies",
            "complete_on_ebay",
            "read_ebay_message",
            "raise_selling_limit",
            "report_to_us",
            "change_sku_in_shop",
        ),
        _elsewhere,
    ),
}


def _in_list(seller: Seller) -> str:
    product = seller.its.add_product("MUG")
    seller.its.add_items(seller.list, product)
    return product


def _on_sale(seller: Seller) -> str:
    product = _in_list(seller)
    seller.its.act(seller.list, "send")
    assert reason(seller, "MUG") is None
    return product


def _code_and_fix(name: str) -> tuple[str, str]:
    code, _, fix = name.partition("/")
    return code, fix


@walks(*_codes(REFUSED), "ebay_refused", on=EBAY)
@pytest.mark.parametrize(("name", "number"), [*REFUSED.items(), ("ebay_refused/read_ebay_message", 29999)])
def test_what_is_refused_at_sending_is_on_sale_after_the_deed_and_send(seller: Seller, name: str, number: int) -> None:
    code, fix = _code_and_fix(name)
    product = _in_list(seller)
    seller.its.ebay.faults.add(said("publishOffer", number))
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), code, fix)
    assert (seller.statuses(), seller.live_offers()) == ({"MUG": "error"}, {})
    DEEDS[fix](seller, product)
    assert entry(seller, seller.its.act(seller.list, "send"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), list(seller.live_offers())) == (None, ["MUG"])


@pytest.mark.parametrize(("name", "number"), [*REFUSED.items(), ("ebay_refused/read_ebay_message", 29999)])
def test_what_is_refused_of_a_full_revise_is_revised_after_the_deed_and_full_revise(
    seller: Seller, name: str, number: int
) -> None:
    code, fix = _code_and_fix(name)
    product = _on_sale(seller)
    seller.its.ebay.faults.add(said("updateOffer", number))
    named(entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"], code, fix)
    assert seller.statuses() == {"MUG": "active"}
    DEEDS[fix](seller, product)
    assert entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["outcome"] == "done"
    assert reason(seller, "MUG") is None


@walks("update_failed", on=EBAY)
@pytest.mark.parametrize(("name", "number"), [*REFUSED.items(), ("ebay_refused/read_ebay_message", 29999)])
def test_what_is_refused_of_an_update_is_taken_after_the_deed_and_revise(
    seller: Seller, name: str, number: int
) -> None:
    code, fix = _code_and_fix(name)
    product = _on_sale(seller)
    seller.its.ebay.faults.add(said("bulkUpdatePriceQuantity", number))
    seller.its.shopify.deeds.set_stock(5, None, sku="MUG")
    heard(seller, product)
    held = named(reason(seller, "MUG"), "update_failed", fix)
    assert held["params"]["reason"] == code
    DEEDS[fix](seller, product)
    assert entry(seller, seller.its.act(seller.list, "revise"), "MUG")["outcome"] == "done"
    assert reason(seller, "MUG") is None
    assert seller.live_offers() == {"MUG": 6 if DEEDS[fix] is _set_stock else 5}


def _end_there(seller: Seller) -> None:
    owner = seller.its.ebay.world.sellers["anna"]
    (listing,) = [one.listing_id for one in owner.offers.values() if one.listing_id is not None]
    assert listing is not None
    seller.its.ebay.deeds.end_listing(listing)


@walks("finished", on=EBAY)
@pytest.mark.parametrize("action", ["revise", "full_revise"])
def test_a_listing_that_ended_on_the_marketplace_is_relisted_and_nothing_sends_the_seller_in_a_circle(
    seller: Seller, action: str
) -> None:
    product = _on_sale(seller)
    _end_there(seller)
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    job = seller.its.act(seller.list, action)
    named(entry(seller, job, "MUG")["reason"], "finished", "relist")
    named(reason(seller, "MUG"), "finished", "relist")
    assert seller.statuses() == {"MUG": "finished"}
    assert entry(seller, seller.its.act(seller.list, "relist"), "MUG")["outcome"] == "done"
    heard(seller, product)
    assert (reason(seller, "MUG"), seller.live_offers()) == (None, {"MUG": 4})


@walks(*_codes(GONE), "ebay_not_live", on=EBAY)
@pytest.mark.parametrize(
    ("name", "number", "words"),
    [(name, number, "No.") for name, number in GONE.items()]
    + [("ebay_not_live/send_again", 25002, "The offer is not published.")],
)
def test_what_the_marketplace_says_it_does_not_have_is_sent_again(
    seller: Seller, name: str, number: int, words: str
) -> None:
    code, fix = _code_and_fix(name)
    _in_list(seller)
    hidden = Fault("getOffers", "status", skip=1, status=404, body=said("getOffers", number).body)
    seller.its.ebay.faults.add(said("publishOffer", number, words), hidden)
    seller.its.act(seller.list, "send")
    seller.its.ebay.faults.clear()
    named(reason(seller, "MUG"), code, fix)
    assert entry(seller, seller.its.act(seller.list, "send"), "MUG")["outcome"] == "done"
    assert reason(seller, "MUG") is None


@pytest.mark.parametrize(
    ("number", "words"), [(n, "No.") for n in GONE.values()] + [(25002, "The offer is not published.")]
)
@pytest.mark.parametrize("operation", ["bulkUpdatePriceQuantity", "updateOffer"])
def test_what_is_live_although_the_marketplace_denies_it_is_sent_anew_by_full_revise(
    seller: Seller, operation: str, number: int, words: str
) -> None:
    product = _on_sale(seller)
    seller.its.ebay.faults.add(said(operation, number, words))
    if operation == "updateOffer":
        told: Any = entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"]
    else:
        seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
        heard(seller, product)
        told = reason(seller, "MUG")
    assert told["fix"] in ("full_revise", "choose_policies"), told
    assert seller.statuses() == {"MUG": "active"}
    assert entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["outcome"] == "done"
    assert reason(seller, "MUG") is None


@pytest.mark.parametrize("ended", [False, True])
def test_what_cannot_be_looked_at_when_ebay_denies_it_is_read_before_anything_is_said(
    seller: Seller, ended: bool
) -> None:
    product = _on_sale(seller)
    if ended:
        _end_there(seller)
    seller.its.ebay.faults.add(
        said("bulkUpdatePriceQuantity", 25701),
        Fault("getOffers", "status", status=503, times=1),
        Fault("bulkGetInventoryItem", "status", status=503, times=1),
    )
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    heard(seller, product)
    if ended:
        named(reason(seller, "MUG"), "finished", "relist")
    else:
        assert (reason(seller, "MUG"), seller.live_offers()) == (None, {"MUG": 3})
