"""Items at the simulated Amazon: submissions that are decided later, previews, patches, one stock for a region, deletion."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.amazon import AmazonSimulator, DeedRefused
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_goods import AFTER, candle, found, patch, path, put, quantity_of, shown, sold
from tests.contract.simulators.amazon_seller import DE, JP, UK, US, AmazonSeller, codes

CA = "A2EUQ1WTGCTBG2"
STOCK = "fulfillment_availability"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=clock), sites=[US, CA])


@pytest.fixture
def live(anna: AmazonSeller, clock: VirtualClock) -> AmazonSeller:
    """With a candle on sale."""
    assert put(anna)["status"] == "ACCEPTED"
    clock.advance(AFTER)
    return anna


def status(anna: AmazonSeller, sku: str = "CANDLE", site: str = US) -> int:
    return anna.call("GET", path(anna, sku), marketplaceIds=site).status_code


# Submissions


def test_an_accepted_item_is_not_there_before_it_is_decided_and_buyable_afterwards(
    anna: AmazonSeller, clock: VirtualClock
) -> None:
    assert (put(anna)["status"], status(anna)) == ("ACCEPTED", 404)
    clock.advance(14.9)
    assert status(anna) == 404
    clock.advance(0.2)
    told = shown(anna)
    [summary] = told["summaries"]
    assert (summary["status"], summary["itemName"]) == (["BUYABLE", "DISCOVERABLE"], "Beeswax candle")
    assert summary["asin"].startswith("B0")
    assert told["offers"][0]["price"] == {"currencyCode": "USD", "amount": "19.90"}
    assert (told["issues"], quantity_of(anna)) == ([], 7)


def test_how_long_a_decision_takes_can_be_set(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.set_decision_delay(600)
    put(anna)
    clock.advance(599)
    assert status(anna) == 404
    clock.advance(2)
    assert status(anna) == 200


def test_what_is_wrong_is_told_all_at_once_with_status_200_and_nothing_is_stored(
    anna: AmazonSeller, clock: VirtualClock
) -> None:
    wrong = candle(brand=None, price=0, item_name=[{"value": "x" * 201, "language_tag": "en_US"}], shape=[{"value": 1}])
    told = put(anna, attributes=wrong)
    assert told["status"] == "INVALID"
    assert ("90220", "brand") in found(told)
    assert ("90000900", "shape") in found(told)
    assert ("99022", "item_name") in found(told)
    assert ("90117", "purchasable_offer") in found(told)
    clock.advance(AFTER)
    assert status(anna) == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"supplier_declared_has_product_identifier_exemption": None}, "externally_assigned_product_identifier"),
        (
            {"externally_assigned_product_identifier": [{"type": "ean", "value": "4006381333932"}]},
            "externally_assigned_product_identifier",
        ),
        ({"has_holder": [{"value": True}]}, "holder_material"),
        ({"bullet_point": [{"value": f"{n}", "language_tag": "en_US"} for n in range(6)]}, "bullet_point"),
        ({"product_description": [{"value": "ü" * 2001, "language_tag": "en_US"}]}, "product_description"),
        ({"item_weight": [{"value": 100, "unit": "stones"}]}, "item_weight"),
        ({"brand": [{"value": "x", "language_tag": "en_US", "marketplace_id": DE}]}, "brand"),
        ({"merchant_suggested_asin": [{"value": "B000000000"}]}, "merchant_suggested_asin"),
    ],
)
def test_an_attribute_that_does_not_fit_its_type_is_named(
    anna: AmazonSeller, changes: dict[str, Any], told: str
) -> None:
    answer = put(anna, attributes=candle(**changes))
    assert answer["status"] == "INVALID"
    assert {attribute for _, attribute in found(answer)} == {told}


def test_texts_are_counted_in_bytes_too(anna: AmazonSeller) -> None:
    long = [{"value": "🕯" * 130, "language_tag": "en_US"}]
    assert found(put(anna, attributes=candle(item_name=long))) == [("99022", "item_name")]


def test_a_product_type_that_does_not_exist_is_an_issue(anna: AmazonSeller) -> None:
    told = put(anna, kind="LANTERN")
    assert (told["status"], found(told)) == ("INVALID", [("99001", "product_type")])


def test_a_preview_stores_nothing_and_says_which_product_it_would_be(anna: AmazonSeller, clock: VirtualClock) -> None:
    asin = anna.simulator.deeds.add_catalog_product("Candle", "Nordlicht", barcode="4006381333931")["asin"]
    coded = candle(externally_assigned_product_identifier=[{"type": "ean", "value": "4006381333931"}])
    told = put(anna, attributes=coded, mode="VALIDATION_PREVIEW", includedData="identifiers,issues")
    assert (told["status"], told["issues"]) == ("VALID", [])
    assert told["identifiers"] == [{"marketplaceId": US, "asin": asin}]
    clock.advance(AFTER)
    assert status(anna) == 404
    put(anna, attributes=coded)
    clock.advance(AFTER)
    assert shown(anna)["summaries"][0]["asin"] == asin


# On demand


def test_a_preview_and_the_real_submission_can_disagree_both_ways(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.plan_issue("CANDLE", "preview", code="90220", attribute="scent")
    anna.simulator.deeds.plan_issue("CAN*", "submission", code="90220", attribute="scent")
    assert found(put(anna, mode="VALIDATION_PREVIEW")) == [("90220", "scent")]
    assert put(anna, mode="VALIDATION_PREVIEW")["status"] == "VALID"
    real = put(anna)
    assert (real["status"], found(real)) == ("INVALID", [("90220", "scent")])
    assert put(anna)["status"] == "ACCEPTED"
    clock.advance(AFTER)
    assert status(anna) == 200


def test_an_accepted_item_may_be_refused_when_it_is_decided(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.plan_issue("CANDLE", "decision", code="18299", category="DUPLICATE")
    assert put(anna)["status"] == "ACCEPTED"
    clock.advance(AFTER)
    told = shown(anna)
    assert (found(told), told["summaries"][0]["status"], told["offers"]) == ([("18299", "")], [], [])
    assert "asin" not in told["summaries"][0]
    put(anna)
    clock.advance(AFTER)
    assert (found(shown(anna)), shown(anna)["summaries"][0]["status"]) == ([], ["BUYABLE", "DISCOVERABLE"])


def test_a_lost_item_is_accepted_and_never_materialises(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.plan_issue("CANDLE", "lost")
    assert put(anna)["status"] == "ACCEPTED"
    clock.advance(3500)
    assert status(anna) == 404


def test_what_is_suppressed_cannot_be_bought_until_it_is_lifted(live: AmazonSeller) -> None:
    live.simulator.deeds.suppress("CANDLE", "5886", category="QUALIFICATION_REQUIRED")
    told = shown(live)
    assert (told["summaries"][0]["status"], found(told)) == ([], [("5886", "")])
    live.simulator.deeds.suppress("CANDLE", "")
    assert shown(live)["summaries"][0]["status"] == ["BUYABLE", "DISCOVERABLE"]


# Patches


def test_a_merge_keeps_the_handling_time_that_a_replace_drops(live: AmazonSeller, clock: VirtualClock) -> None:
    patch(live, "merge", STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": 3}])
    clock.advance(AFTER)
    merged = {"fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 2}
    assert shown(live)["attributes"][STOCK] == [merged]
    patch(live, "replace", STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": 4}])
    clock.advance(AFTER)
    assert shown(live)["attributes"][STOCK] == [{"fulfillment_channel_code": "DEFAULT", "quantity": 4}]


def test_a_merge_without_its_selector_is_refused(live: AmazonSeller, clock: VirtualClock) -> None:
    told = patch(live, "merge", STOCK, [{"quantity": 3}])
    assert (told["status"], found(told)) == ("INVALID", [("99022", STOCK)])
    clock.advance(AFTER)
    assert quantity_of(live) == 7


def test_another_channel_comes_beside_the_old_one_instead_of_replacing_it(
    live: AmazonSeller, clock: VirtualClock
) -> None:
    patch(live, "replace", STOCK, [{"fulfillment_channel_code": "AMAZON_NA"}])
    clock.advance(AFTER)
    channels = [one["fulfillment_channel_code"] for one in shown(live)["attributes"][STOCK]]
    assert channels == ["DEFAULT", "AMAZON_NA"]


@pytest.mark.parametrize("op", ["merge", "replace", "add"])
def test_a_price_is_changed_by_any_of_three_operations(live: AmazonSeller, clock: VirtualClock, op: str) -> None:
    patch(live, op, "purchasable_offer", sold(price=5.0)["purchasable_offer"])
    clock.advance(AFTER)
    assert (shown(live)["offers"][0]["price"]["amount"], quantity_of(live)) == ("5.00", 7)


def test_deleting_the_offer_ends_it_and_leaves_the_item_with_its_asin(live: AmazonSeller, clock: VirtualClock) -> None:
    asin = shown(live)["summaries"][0]["asin"]
    selector = [{"marketplace_id": US, "currency": "USD", "audience": "ALL"}]
    patch(live, "delete", "purchasable_offer", selector)
    clock.advance(AFTER)
    told = shown(live)
    assert (told["offers"], told["summaries"][0]["status"]) == ([], ["DISCOVERABLE"])
    assert told["issues"][0]["categories"] == ["MISSING_PRICE"]
    patch(live, "replace", "purchasable_offer", sold()["purchasable_offer"])
    clock.advance(AFTER)
    assert shown(live)["summaries"][0]["asin"] == asin
    assert shown(live)["summaries"][0]["status"] == ["BUYABLE", "DISCOVERABLE"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": -1}]),
        ("purchasable_offer", sold(price=0)["purchasable_offer"]),
        ("purchasable_offer", sold(DE)["purchasable_offer"]),
        ("shape", [{"value": "round"}]),
        ("item_name/0/value", [{"value": "x"}]),
    ],
)
def test_a_patch_that_does_not_fit_changes_nothing(
    live: AmazonSeller, clock: VirtualClock, name: str, value: list[dict[str, Any]]
) -> None:
    before = shown(live)
    assert patch(live, "replace", name, value)["status"] == "INVALID"
    clock.advance(AFTER)
    assert shown(live) == before


def test_a_patch_may_follow_a_submission_that_is_not_decided_yet(anna: AmazonSeller, clock: VirtualClock) -> None:
    put(anna)
    assert patch(anna, "merge", STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": 1}])["status"] == "ACCEPTED"
    clock.advance(AFTER)
    assert quantity_of(anna) == 1


def test_a_sku_that_nobody_knows_is_an_issue_for_a_change_and_404_for_a_look(anna: AmazonSeller) -> None:
    told = patch(anna, "merge", STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": 1}], sku="NOBODY")
    assert (told["status"], found(told)) == ("INVALID", [("13013", "")])
    gone = anna.call("DELETE", path(anna, "NOBODY"), marketplaceIds=US).json()
    assert (gone["status"], found(gone)) == ("INVALID", [("13013", "")])
    assert codes(anna.call("GET", path(anna, "NOBODY"), marketplaceIds=US)) == ["NOT_FOUND"]


def test_amazon_counts_what_it_fulfils(anna: AmazonSeller) -> None:
    anna.simulator.deeds.seed_listings("anna", ["MUG"], fba=True, quantity=9)
    told = patch(anna, "merge", STOCK, [{"fulfillment_channel_code": "AMAZON_NA", "quantity": 3}], sku="MUG")
    assert (told["status"], quantity_of(anna, "MUG")) == ("INVALID", 9)
    assert shown(anna, "MUG")["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "AMAZON_NA", "quantity": 9}]


# One stock for all stores of a region


def test_two_stores_of_a_region_show_one_stock_and_each_its_price(live: AmazonSeller, clock: VirtualClock) -> None:
    put(live, attributes=candle(CA, quantity=4, price=25.0), site=CA)
    clock.advance(AFTER)
    assert (quantity_of(live), quantity_of(live, site=CA)) == (4, 4)
    prices = [shown(live, site=site)["offers"][0]["price"] for site in (US, CA)]
    assert prices == [{"currencyCode": "USD", "amount": "19.90"}, {"currencyCode": "CAD", "amount": "25.00"}]
    assert shown(live, site=CA)["summaries"][0]["asin"] == shown(live)["summaries"][0]["asin"]
    live.simulator.deeds.buy("CANDLE", seller="anna", site=CA, quantity=3)
    assert (quantity_of(live), quantity_of(live, site=CA)) == (1, 1)


def test_a_deletion_takes_the_item_out_of_one_store(live: AmazonSeller, clock: VirtualClock) -> None:
    put(live, attributes=candle(CA), site=CA)
    clock.advance(AFTER)
    assert live.call("DELETE", path(live, "CANDLE"), marketplaceIds=US).json()["status"] == "ACCEPTED"
    assert status(live) == 200
    clock.advance(AFTER)
    assert (status(live), status(live, site=CA)) == (404, 200)


def test_at_none_the_item_stays_and_cannot_be_bought(live: AmazonSeller, clock: VirtualClock) -> None:
    patch(live, "merge", STOCK, [{"fulfillment_channel_code": "DEFAULT", "quantity": 0}])
    clock.advance(AFTER)
    assert (shown(live)["summaries"][0]["status"], quantity_of(live)) == (["DISCOVERABLE"], 0)
    with pytest.raises(DeedRefused):
        live.simulator.deeds.buy("CANDLE")


def test_people_see_what_is_on_sale(live: AmazonSeller) -> None:
    asin = shown(live)["summaries"][0]["asin"]
    pages = [live.session.get(f"{live.host}{address}") for address in ("/", f"/dp/{asin}", "/dp/NOTHING")]
    assert [page.status_code for page in pages] == [200, 200, 404]
    assert all("Beeswax candle" in page.text and "19.90 USD" in page.text for page in pages[:2])


def test_whoever_listens_hears_of_status_stock_issues_and_deletion(anna: AmazonSeller, clock: VirtualClock) -> None:
    heard: list[tuple[str, Any]] = []
    telling = {
        "LISTINGS_ITEM_STATUS_CHANGE": "Status",
        "LISTINGS_ITEM_MFN_QUANTITY_CHANGE": "Quantity",
        "LISTINGS_ITEM_ISSUES_CHANGE": "Severities",
    }
    anna.simulator.world.listeners.append(lambda kind, _, facts: heard.append((kind, facts[telling[kind]])))

    def since(*acts: dict[str, Any]) -> list[tuple[str, Any]]:
        assert {act["status"] for act in acts} == {"ACCEPTED"}
        heard.clear()
        clock.advance(AFTER)
        anna.simulator.world.catch_up()
        return [(kind.removeprefix("LISTINGS_ITEM_").removesuffix("_CHANGE"), told) for kind, told in heard]

    assert since(put(anna)) == [("STATUS", ["BUYABLE", "DISCOVERABLE"]), ("MFN_QUANTITY", 7)]
    none = [{"fulfillment_channel_code": "DEFAULT", "quantity": 0}]
    assert since(patch(anna, "merge", STOCK, none)) == [("STATUS", ["DISCOVERABLE"]), ("MFN_QUANTITY", 0)]
    assert since(patch(anna, "merge", STOCK, none)) == []
    anna.simulator.deeds.plan_issue("CANDLE", "decision")
    assert since(patch(anna, "merge", STOCK, none)) == [("ISSUES", ["ERROR"])]
    gone = anna.call("DELETE", path(anna, "CANDLE"), marketplaceIds=US).json()
    assert since(gone) == [("STATUS", ["DELETED"])]


# Refusals of the request itself


@pytest.mark.parametrize("sku", ["A/B", "50% off", "two words", "ü", "x" * 40])
def test_a_sku_may_have_any_characters(anna: AmazonSeller, clock: VirtualClock, sku: str) -> None:
    assert put(anna, sku)["sku"] == sku
    clock.advance(AFTER)
    assert shown(anna, sku)["sku"] == sku


def test_a_sku_of_41_characters_is_refused(anna: AmazonSeller) -> None:
    body = {"productType": "CANDLE", "attributes": candle()}
    answer = anna.call("PUT", path(anna, "x" * 41), body, marketplaceIds=US)
    assert (answer.status_code, codes(answer)) == (400, ["InvalidInput"])


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({}, 400),
        ({"marketplaceIds": f"{US},{CA}"}, 400),
        ({"marketplaceIds": "NOWHERE"}, 400),
        ({"marketplaceIds": UK}, 403),
        ({"marketplaceIds": JP}, 403),
        ({"marketplaceIds": US, "mode": "DRY_RUN"}, 400),
        ({"marketplaceIds": US, "includedData": "prices"}, 400),
    ],
)
def test_a_query_that_the_model_does_not_know_is_refused(
    anna: AmazonSeller, clock: VirtualClock, query: dict[str, str], refusal: int
) -> None:
    body = {"productType": "CANDLE", "attributes": candle()}
    assert anna.call("PUT", path(anna, "CANDLE"), body, check=False, **query).status_code == refusal
    clock.advance(AFTER)
    assert status(anna) == 404


def test_another_sellers_items_are_out_of_reach(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[US])
    stolen = anna.call("GET", f"/listings/2021-08-01/items/{berta.seller_id}/CANDLE", marketplaceIds=US)
    assert (stolen.status_code, codes(stolen)) == (403, ["Unauthorized"])
