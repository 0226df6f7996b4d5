"""What the products of a listing vary by in the simulated Etsy: properties, combinations, pictures, attributes and questions."""

from __future__ import annotations

from typing import Any

from simulators.etsy.taxonomy import BOOTS, SWEATERS
from simulators.faults import Fault
from tests.contract.simulators.etsy_seller import SIZE, EtsySeller, sent_again, value, wrong

COLOUR = 200
SHOE = 55571649311


def custom(etsy: EtsySeller, letters: int, digits: int) -> dict[str, Any]:
    """All combinations of two custom properties."""
    products = [
        etsy.product(f"S{a}-{b}", 1, values=[value(f"a{a}", 513, "Letter"), value(f"b{b}", 514, "Digit")])
        for a in range(letters)
        for b in range(digits)
    ]
    return {"products": products, "sku_on_property": [513, 514]}


def test_four_hundred_products_are_the_most() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    assert wrong(etsy.put(listing, custom(etsy, 21, 20))) == "A listing has at most 400 products."
    assert wrong(etsy.put(listing, custom(etsy, 71, 1))) == "A property has at most 70 values."
    assert len(etsy.get(f"listings/{listing}/inventory")["products"]) == 1
    assert etsy.put(listing, custom(etsy, 20, 20)).status_code == 200
    assert len(etsy.get(f"listings/{listing}/inventory")["products"]) == 400


def test_all_combinations_of_two_properties_are_needed_and_one_may_be_hidden() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    body = custom(etsy, 2, 2)
    last = body["products"].pop()
    assert wrong(etsy.put(listing, body)) == "All combinations of property values must be supplied"
    last["offerings"][0].update(quantity=0, is_enabled=False)
    assert etsy.put(listing, {**body, "products": [*body["products"], last], "quantity_on_property": [513, 514]}).ok
    assert etsy.get(f"listings/{listing}")["quantity"] == 3


def test_a_seller_who_adds_a_value_gets_the_other_combinations_hidden() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    assert etsy.put(listing, custom(etsy, 2, 2)).ok
    etsy.deeds.add_variation("NEW", "S0-0", ["a2", "b0"])
    etsy.deeds.remove_variation("S1-1")
    told = etsy.get(f"listings/{listing}/inventory")
    shown = [one["offerings"][0]["is_enabled"] for one in told["products"]]
    assert (len(shown), shown.count(False)) == (6, 2)
    names = {"quantity_on_property": [513, 514], "sku_on_property": [513, 514]}
    assert etsy.put(listing, {**sent_again(told), **names}).status_code == 200


def three(etsy: EtsySeller) -> dict[str, Any]:
    values = [value("S"), value("Red", COLOUR, "Primary color"), value("a", 513, "Letter")]
    return {"products": [etsy.product(values=values)]}


def test_three_variations_are_for_who_asks_for_them_and_nobody_else_may_write_them_away() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(taxonomy_id=str(SWEATERS))
    assert wrong(etsy.put(listing, three(etsy))) == "A listing has at most 2 variations."
    assert etsy.put(listing, three(etsy), max_variations_supported=3).status_code == 200
    assert etsy.put(listing, etsy.sizes(S=1)).status_code == 409
    [product] = etsy.get(f"listings/{listing}/inventory")["products"]
    assert len(product["property_values"]) == 3


def test_a_custom_property_has_a_name() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    nameless = {"products": [etsy.product(values=[value("a", 513, "")])]}
    assert wrong(etsy.put(listing, nameless)) == "A custom property needs a property_name."
    body = {"products": [etsy.product(values=[value("a", 513, "Letter")])]}
    [first] = etsy.put(listing, body).json()["products"]
    assert first["property_values"][0]["property_name"] == "Letter"


def test_a_property_of_the_category_has_its_own_name_ids_and_scales() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(taxonomy_id=str(BOOTS), title="Boots")
    shoe = {"products": [etsy.product(values=[value("37", SHOE, "My size")])]}
    assert wrong(etsy.put(listing, shoe)) == f"The scale_id of property {SHOE} is invalid."
    shoe["products"][0]["property_values"][0]["scale_id"] = 17
    [product] = etsy.put(listing, shoe).json()["products"]
    [held] = product["property_values"]
    assert held.pop("value_ids") != [3002]  # the listing's own
    assert held == {
        "property_id": SHOE,
        "property_name": "Shoe size",
        "scale_id": 17,
        "scale_name": "EU",
        "values": ["37"],
    }
    shoe["products"][0]["property_values"][0]["value_ids"] = [3002]
    assert etsy.put(listing, shoe).status_code == 200
    attribute = {"products": [etsy.product(values=[value("Laces", 47626759999, "Closure")])]}
    assert "is not supported for variations" in wrong(etsy.put(listing, attribute))


def test_pictures_of_variations_are_replaced_whole_and_go_with_their_values() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=3, M=4)
    picture = etsy.upload(listing).json()["listing_image_id"]
    ids = [one["property_values"][0]["value_ids"][0] for one in etsy.get(f"listings/{listing}/inventory")["products"]]
    path = f"{etsy.shop}/listings/{listing}/variation-images"

    def set_all(*rows: tuple[int, int, int]) -> Any:
        told = [dict(zip(("property_id", "value_id", "image_id"), row, strict=True)) for row in rows]
        return etsy.call("POST", path, json={"variation_images": told})

    assert set_all((SIZE, ids[0], picture), (SIZE, ids[1], picture)).json()["count"] == 2
    assert "duplicates" in wrong(set_all((SIZE, ids[0], picture), (SIZE, ids[0], picture)))
    assert "one property" in wrong(set_all((SIZE, ids[0], picture), (COLOUR, 2001, picture)))
    assert "is not in this listing" in wrong(set_all((SIZE, 1003, picture), (SIZE, 5, picture)))
    assert "is not in this listing" in wrong(set_all((SIZE, ids[0], 17)))
    assert etsy.get(path)["count"] == 2
    assert etsy.put(listing, etsy.sizes(M=4)).status_code == 200
    [kept] = etsy.get(path)["results"]
    assert (kept["value"], kept["image_id"], kept["value_id"] in ids) == ("M", picture, False)
    etsy.simulator.faults.add(Fault("updateListingInventory", "vendor", name="images_unlinked"))
    assert etsy.put(listing, etsy.sizes(M=4)).status_code == 200
    assert etsy.get(path)["count"] == 0


def test_attributes_are_of_the_category_and_without_parentheses() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    path = f"{etsy.shop}/listings/{listing}/properties"
    material = f"{path}/148789511893"
    assert etsy.call("PUT", material, data={"value_ids": "4001,4003", "values": "Beeswax,Soy"}).status_code == 200
    for property_id, form in (
        (148789511893, {"value_ids": "4001", "values": "Cotton"}),
        (148789511893, {"value_ids": "", "values": "Soy (organic)"}),
        (148789511893, {"values": "Soy"}),
        (46803063641, {"value_ids": "5001,5002", "values": "Birthday,Christmas"}),
        (SHOE, {"value_ids": "3001", "values": "36"}),
    ):
        assert etsy.call("PUT", f"{path}/{property_id}", data=form).status_code == 400
    [told] = etsy.get(path)["results"]
    assert told["values"] == ["Beeswax", "Soy"]
    assert etsy.call("DELETE", material).status_code == 204
    assert etsy.call("DELETE", material).status_code == 404


def test_questions_for_the_buyer_are_replaced_whole() -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    path = f"{etsy.shop}/listings/{listing}/personalization"
    question = {"question_text": "Name?", "question_type": "text_input", "required": True, "max_allowed_characters": 20}
    many = {"supports_multiple_personalization_questions": "true"}
    body = {"personalization_questions": [question, {**question, "question_type": "dropdown"}]}
    assert etsy.call("POST", path, json=body).status_code == 400
    assert etsy.call("POST", path, json=body, params=many).status_code == 201
    single = {"personalization_questions": [question]}
    assert etsy.call("POST", path, json=single).status_code == 409
    assert len(etsy.get(f"listings/{listing}/personalization")["personalization_questions"]) == 2
    assert etsy.get(f"listings/{listing}")["is_personalizable"]
    assert etsy.call("DELETE", path).status_code == 204
    long = {"personalization_questions": [{**question, "question_text": "x" * 46}]}
    assert etsy.call("POST", path, json=long).status_code == 400
