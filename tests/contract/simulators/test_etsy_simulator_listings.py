"""The simulated Etsy keeps listings as Etsy does: drafts, fees, states, and what it refuses of them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulators.etsy.offers.fields import when_made
from simulators.faults import Fault
from tests.contract.simulators.etsy_seller import JPEG, EtsySeller, wrong


def test_a_draft_is_nobody_s_to_see_but_the_seller_s_and_costs_nothing() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(tags="beeswax,gift", materials="wax")
    told = etsy.get(f"listings/{listing}")
    assert (told["state"], told["quantity"], told["price"]) == (
        "draft",
        5,
        {"amount": 1990, "divisor": 100, "currency_code": "USD"},
    )
    assert (told["tags"], told["materials"]) == (["beeswax", "gift"], ["wax"])
    assert wrong(etsy.call("GET", f"listings/{listing}", token=""), 404) == "Listing not found"
    assert etsy.fees() == []


def test_a_draft_goes_live_for_a_fee_and_runs_four_months() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    assert etsy.state(listing) == "active"
    assert etsy.fees() == ["listing"]
    assert etsy.call("GET", f"listings/{listing}", token="").json()["title"] == "Beeswax candle"
    etsy.wait(120)
    assert etsy.state(listing) == "expired"
    assert etsy.patch(listing, state="active").status_code == 200
    assert etsy.fees() == ["listing", "renew_expired"]


def test_a_listing_that_renews_itself_costs_a_fee_each_time() -> None:
    etsy = EtsySeller()
    listing = etsy.live(should_auto_renew="true")
    etsy.wait(120)
    assert etsy.state(listing) == "active"
    assert etsy.fees() == ["listing", "renew_expired"]


def test_four_months_end_while_a_listing_is_paused_too() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    assert etsy.patch(listing, state="inactive").status_code == 200
    etsy.wait(120)
    assert etsy.state(listing) == "inactive"
    assert etsy.patch(listing, state="active").json()["state"] == "active"
    assert etsy.state(listing) == "active"
    assert etsy.fees() == ["listing", "renew_expired"]


def test_texts_come_with_entities_of_html() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(title="Fisherman's jumper", description='5" & more')
    told = etsy.get(f"listings/{listing}")
    assert (told["title"], told["description"]) == ("Fisherman&#39;s jumper", "5&quot; &amp; more")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "x" * 141}, "The title must have at most 140 characters."),
        ({"title": "Candle 🕯"}, "The title contain a character that is not allowed: 🕯"),
        ({"title": "50 % off, 20 % more"}, "You can only use the %, :, & and + characters once each in a title."),
        ({"title": "price $5"}, "The title contain a character that is not allowed: $"),
        ({"tags": ",".join("abcdefghijklmn")}, "A listing has at most 13 tags."),
        ({"tags": "x" * 21}, f"The tag '{'x' * 21}' has more than 20 characters."),
        ({"tags": "50%"}, "The tags contain a character that is not allowed: %"),
        ({"materials": "wax/oil"}, "The materials contain a character that is not allowed: /"),
        ({"styles": "a,b,c"}, "A listing has at most 2 styles."),
        ({"price": "0.19"}, "The price must be between 0.20 and 50000.00."),
        ({"price": "50000.01"}, "The price must be between 0.20 and 50000.00."),
        ({"price": "9.999"}, "The price 9.999 has more than two places."),
        ({"price": "free"}, "Expected float value for 'price'"),
        ({"quantity": "0"}, "Expected int value for 'quantity' (got string)"),
        ({"quantity": "1000"}, "The quantity must be between 1 and 999."),
        ({"taxonomy_id": "5"}, "The taxonomy_id is invalid."),
        ({"who_made": "me"}, "Invalid value for 'who_made': me"),
        ({"when_made": "2020_2025"}, "Invalid value for 'when_made': 2020_2025"),
        ({"shipping_profile_id": "5"}, "The shipping profile does not exist in this shop."),
        ({"readiness_state_id": "5"}, "The readiness state does not exist in this shop."),
        ({"return_policy_id": "5"}, "The return policy does not exist in this shop."),
        ({"shop_section_id": "5"}, "The shop section does not exist in this shop."),
        ({"item_weight": "0"}, "'item_weight' must be greater than 0."),
        ({"item_weight_unit": "stone"}, "Invalid value for 'item_weight_unit': stone"),
        ({"image_ids": ""}, "image_ids takes 1 to 20 ids."),
        ({"image_ids": "17"}, "The image 17 does not exist in this shop."),
        ({"should_auto_renew": "yes"}, "Expected bool value for 'should_auto_renew' (got string)"),
    ],
)
def test_a_draft_is_refused_with_its_reason_and_nothing_is_made(changes: dict[str, Any], words: str) -> None:
    etsy = EtsySeller()
    assert wrong(etsy.create(**changes)) == words
    assert etsy.simulator.world.made == 0


@pytest.mark.parametrize(
    "name",
    [
        "quantity",
        "title",
        "description",
        "price",
        "who_made",
        "when_made",
        "taxonomy_id",
        "is_supply",
        "shipping_profile_id",
        "readiness_state_id",
    ],
)
def test_a_draft_without_a_required_field_is_refused(name: str) -> None:
    etsy = EtsySeller()
    assert wrong(etsy.create(**{name: None})) == f"Missing required parameter: {name}"
    assert etsy.simulator.world.made == 0


def test_a_form_is_no_json_and_of_a_name_that_comes_twice_the_last_counts() -> None:
    etsy = EtsySeller()
    path = f"{etsy.shop}/listings"
    assert "x-www-form-urlencoded" in wrong(etsy.call("POST", path, json=etsy.form()))
    twice = etsy.call("POST", path, data=[*etsy.form().items(), ("tags", "one"), ("tags", "two")])
    assert twice.json()["tags"] == ["two"]


def test_the_ranges_of_years_follow_the_year() -> None:
    assert when_made(2026)[:6] == ("made_to_order", "2020_2026", "2010_2019", "2007_2009", "before_2007", "2000_2006")
    assert when_made(2027)[:6] == ("made_to_order", "2020_2027", "2010_2019", "2008_2009", "before_2008", "2000_2007")


def test_a_listing_without_a_picture_does_not_go_live() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    assert wrong(etsy.patch(listing, state="active")) == "Listing must have at least one image to be published."
    assert (etsy.state(listing), etsy.fees()) == ("draft", [])


def test_a_return_policy_is_asked_of_shops_outside_the_eu_alone() -> None:
    american, german = EtsySeller(), EtsySeller(country="DE", currency="EUR")
    there = american.draft(return_policy_id=None)
    american.upload(there)
    assert wrong(american.patch(there, state="active")).startswith("A return policy is required")
    assert american.state(there) == "draft"
    assert german.state(german.live(return_policy_id=None)) == "active"


def test_an_incomplete_or_deleted_shipping_profile_activates_nothing() -> None:
    etsy = EtsySeller()
    profile = etsy.deeds.add_shipping_profile("Half", complete=False)["shippingProfileId"]
    listing = etsy.draft(shipping_profile_id=str(profile))
    etsy.upload(listing)
    assert "is incomplete" in wrong(etsy.patch(listing, state="active"))
    second = etsy.draft()
    etsy.upload(second)
    etsy.deeds.delete_shipping_profile(etsy.told["shippingProfileId"])
    assert wrong(etsy.patch(second, state="active")) == "A shipping profile is required for physical listings."
    assert etsy.fees() == []


def test_calculated_shipping_needs_weight_and_size() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(shipping_profile_id=str(etsy.told["calculatedProfileId"]), item_weight="100")
    etsy.upload(listing)
    words = "Calculated shipping needs item_length, item_width, item_height, item_weight_unit, item_dimensions_unit."
    assert wrong(etsy.patch(listing, state="active")) == words
    sizes = {"item_length": "5", "item_width": "5", "item_height": "9"}
    units = {"item_weight_unit": "g", "item_dimensions_unit": "cm"}
    assert etsy.patch(listing, state="active", **sizes, **units).status_code == 200


def test_a_refused_change_changes_nothing_of_what_came_with_it() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    assert etsy.patch(listing, title="Another title", state="active").status_code == 400
    assert etsy.get(f"listings/{listing}")["title"] == "Beeswax candle"


def test_price_and_quantity_of_a_change_are_passed_over_without_a_word() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    answer = etsy.patch(listing, price="1.00", quantity="99", title="New title")
    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json()["quantity"]) == ("New title", 5)
    assert answer.json()["price"]["amount"] == 1990
    assert next(reversed(list(etsy.simulator.world.journal))).ignored == ["price", "quantity"]


def test_a_listing_pauses_and_comes_back_without_a_fee() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    assert etsy.patch(listing, state="inactive").json()["state"] == "inactive"
    assert etsy.call("GET", f"listings/{listing}", token="").status_code == 404
    assert etsy.patch(listing, state="active").json()["state"] == "active"
    assert etsy.fees() == ["listing"]


def test_neither_a_draft_nor_an_expired_listing_is_paused() -> None:
    etsy = EtsySeller()
    draft, old = etsy.draft(), etsy.live()
    etsy.deeds.set_listing_state(old, "expired")
    assert wrong(etsy.patch(draft, state="inactive")) == "A listing that is draft cannot be made inactive."
    assert wrong(etsy.patch(old, state="inactive")) == "A listing that is expired cannot be made inactive."


def test_renewing_what_is_sold_out_costs_a_fee_and_shows_one_of_each() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=2, M=3)
    etsy.deeds.change_quantity("JUMPER-S", 0)
    assert etsy.state(listing) == "active"
    etsy.deeds.change_quantity("JUMPER-M", 0)
    assert etsy.state(listing) == "sold_out"
    assert etsy.put(listing, etsy.sizes(S=1, M=0)).status_code == 200  # it may be written, and stays so
    assert etsy.state(listing) == "sold_out"
    assert etsy.patch(listing, state="active").status_code == 200
    assert etsy.quantities(listing) == {"JUMPER-S": 1, "JUMPER-M": 1}
    assert etsy.fees() == ["listing", "renew"]


def test_an_active_listing_keeps_what_makes_it_fit() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    assert wrong(etsy.patch(listing, shipping_profile_id="")) == (
        "A shipping profile is required for physical listings."
    )
    assert etsy.get(f"listings/{listing}")["shipping_profile_id"] == etsy.told["shippingProfileId"]


def test_a_deleted_listing_is_404_everywhere_and_a_stranger_s_cannot_be_deleted() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    berta = etsy.deeds.add_seller("berta")
    hers = etsy.ask_token(grant_type="refresh_token", refresh_token=berta["refreshToken"]).json()["access_token"]
    assert etsy.call("DELETE", f"listings/{listing}", token=hers).status_code == 403
    assert etsy.call("DELETE", f"listings/{listing}").status_code == 204
    for method, path in (("GET", f"listings/{listing}"), ("DELETE", f"listings/{listing}")):
        assert etsy.call(method, path).status_code == 404
    assert etsy.patch(listing, title="x").status_code == 404


def test_a_shop_s_listings_are_told_by_state_and_page_by_page() -> None:
    etsy = EtsySeller()
    ids = etsy.deeds.seed_listings("anna", [f"S{number:03}" for number in range(30)])["listingIds"]
    draft = etsy.draft()
    first = etsy.get(f"{etsy.shop}/listings", state="active", limit=20)
    second = etsy.get(f"{etsy.shop}/listings", state="active", limit=20, offset=20)
    assert first["count"] == second["count"] == 30
    assert {one["listing_id"] for one in (*first["results"], *second["results"])} == set(ids)
    drafts = etsy.get(f"{etsy.shop}/listings", state="draft")
    assert [one["listing_id"] for one in drafts["results"]] == [draft]
    assert etsy.call("GET", f"{etsy.shop}/listings", params={"state": "edit"}).status_code == 400
    assert etsy.call("GET", f"{etsy.shop}/listings", params={"limit": 101}).status_code == 400


def test_a_batch_of_listings_leaves_out_what_is_gone_and_takes_a_hundred() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    told = etsy.get("listings/batch", listing_ids=f"{listing},17")
    assert [one["listing_id"] for one in told["results"]] == [listing]
    many = ",".join(str(number) for number in range(1, 102))
    assert wrong(etsy.call("GET", "listings/batch", params={"listing_ids": many})) == (
        "'listing_ids' takes at most 100 values."
    )


def test_a_frozen_listing_refuses_or_takes_changes_without_effect() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    etsy.deeds.freeze_listing(listing, "loud")
    assert etsy.patch(listing, title="New").status_code == 409
    assert etsy.put(listing, {"products": [etsy.product(quantity=1)]}).status_code == 409
    etsy.deeds.freeze_listing(listing, "silent")
    assert etsy.patch(listing, title="New", state="inactive").status_code == 200
    assert etsy.put(listing, {"products": [etsy.product(quantity=1)]}).status_code == 200
    told = etsy.get(f"listings/{listing}")
    assert (told["title"], told["state"], told["quantity"]) == ("Beeswax candle", "active", 5)


# ---- pictures ----


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"<!doctype html><html>no picture</html>", "The file is not a valid image."),
        (JPEG + bytes(10 * 1024 * 1024), "The image file is too large."),
        (b"", "The file is not a valid image."),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(picture: bytes, words: str) -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    assert wrong(etsy.upload(listing, picture)) == words
    assert etsy.get(f"listings/{listing}/images")["count"] == 0


def test_pictures_have_places_and_a_text_and_twenty_is_the_most() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    first = etsy.upload(listing, rank=1, alt_text="front").json()["listing_image_id"]
    second = etsy.upload(listing, rank=1).json()["listing_image_id"]
    shown = etsy.get(f"listings/{listing}/images")["results"]
    assert [(one["listing_image_id"], one["rank"], one["alt_text"]) for one in shown] == [
        (second, 1, ""),
        (first, 2, "front"),
    ]
    third = etsy.upload(listing, rank=1, overwrite="true").json()["listing_image_id"]
    shown = etsy.get(f"listings/{listing}/images")["results"]
    assert [one["listing_image_id"] for one in shown] == [third, first]
    for rank in range(3, 21):
        assert etsy.upload(listing, rank=rank).status_code == 201
    assert wrong(etsy.upload(listing, rank=20)) == "A listing has at most 20 images."
    assert "alt_text has more than 500" in wrong(etsy.upload(listing, alt_text="x" * 501))
    assert etsy.get(f"listings/{listing}/images")["count"] == 20


def test_a_deleted_picture_may_come_back_and_the_last_one_of_a_live_listing_stays() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    [image] = [one["listing_image_id"] for one in etsy.get(f"listings/{listing}/images")["results"]]
    path = f"{etsy.shop}/listings/{listing}/images"
    assert wrong(etsy.call("DELETE", f"{path}/{image}")) == "An active listing must have at least one image."
    second = etsy.upload(listing, rank=2).json()["listing_image_id"]
    assert etsy.call("DELETE", f"{path}/{image}").status_code == 204
    assert etsy.call("DELETE", f"{path}/{image}").status_code == 404
    back = etsy.call("POST", path, files={"listing_image_id": (None, str(image)), "rank": (None, "2")})
    assert back.status_code == 201
    shown = etsy.get(f"listings/{listing}/images")["results"]
    assert [one["listing_image_id"] for one in shown] == [second, image]


# ---- what goes wrong on purpose ----


def test_a_write_may_answer_well_and_change_nothing() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    for operation in ("updateListing", "updateListingInventory"):
        etsy.simulator.faults.add(Fault(operation, "vendor", name="no_effect"))
    assert etsy.patch(listing, title="New", state="inactive").status_code == 200
    assert etsy.put(listing, {"products": [etsy.product(quantity=1)]}).status_code == 200
    told = etsy.get(f"listings/{listing}")
    assert (told["title"], told["state"], told["quantity"]) == ("Beeswax candle", "active", 5)
    assert etsy.patch(listing, title="New").json()["title"] == "New"


def test_a_write_whose_caller_gave_up_may_land_later() -> None:
    etsy = EtsySeller()
    listing = etsy.live()
    etsy.simulator.faults.add(Fault("updateListingInventory", "vendor", name="late", seconds=20))
    with pytest.raises(requests.ReadTimeout):
        etsy.put(listing, {"products": [etsy.product(quantity=1)]})
    assert etsy.get(f"listings/{listing}")["quantity"] == 5
    etsy.clock.advance(20)
    assert etsy.get(f"listings/{listing}")["quantity"] == 1


def test_a_draft_whose_answer_was_lost_is_there_to_be_found() -> None:
    etsy = EtsySeller()
    etsy.simulator.faults.add(Fault("createDraftListing", "drop_after"))
    with pytest.raises(requests.ReadTimeout):
        etsy.create(title="Lost and found")
    drafts = etsy.get(f"{etsy.shop}/listings", state="draft")["results"]
    assert [one["title"] for one in drafts] == ["Lost and found"]
