"""Whatever is sent to the simulated Etsy is done or refused in Etsy's words: a failure of its own would be a bug."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from simulators.etsy.taxonomy import SWEATERS
from tests.contract.simulators.etsy_seller import EtsySeller

JUNK: tuple[Any, ...] = (
    None,
    "",
    "x",
    -1,
    0,
    2.5,
    10**30,
    1e300,
    True,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": 1},
    ["x"],
    [1],
)
FORM_JUNK = ("", "x", "-1", "0", "2.5", "9" * 40, "1e5", "NaN", "Infinity", "true", "a,b,,c", "(", "\x00", "½", "²")
_NAMES = ("price_on_property", "readiness_state_on_property")


def spoiled(told: Any) -> Iterator[Any]:
    """The same body with junk in one place, for each place, and without each of its fields."""
    if isinstance(told, dict):
        for name, inner in told.items():
            yield {key: value for key, value in told.items() if key != name}
            for junk in (*JUNK, *spoiled(inner)):
                yield {**told, name: junk}
    elif isinstance(told, list):
        for number, inner in enumerate(told):
            for junk in (*JUNK, *spoiled(inner)):
                yield [*told[:number], junk, *told[number + 1 :]]


def test_an_inventory_with_junk_anywhere_is_taken_or_refused() -> None:
    etsy = EtsySeller()
    listing = etsy.draft(taxonomy_id=str(SWEATERS))
    body = {**etsy.sizes(S=3), **{name: [] for name in _NAMES}}
    statuses = [etsy.put(listing, one).status_code for one in (*JUNK, *spoiled(copy.deepcopy(body)))]
    assert len(statuses) > 200
    assert set(statuses) == {200, 400}


def test_pictures_of_variations_and_questions_with_junk_are_taken_or_refused() -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=1)
    images = {"variation_images": [{"property_id": 100, "value_id": 1002, "image_id": 5}]}
    questions = {
        "personalization_questions": [{"question_text": "?", "question_type": "text_input", "required": False}]
    }
    for path, body in (("variation-images", images), ("personalization", questions)):
        for one in (*JUNK, *spoiled(body)):
            answer = etsy.call("POST", f"{etsy.shop}/listings/{listing}/{path}", json=one)
            assert answer.status_code in (200, 201, 400), answer.text


def test_a_parcel_with_junk_is_taken_or_refused() -> None:
    etsy = EtsySeller()
    etsy.deeds.seed_listings("anna", ["MUG"])
    order = etsy.deeds.buy("MUG")["receiptId"]
    body = {"tracking_code": "A1", "carrier_name": "UPS", "send_bcc": False, "note_to_buyer": "x"}
    for one in (*JUNK, *spoiled(body)):
        answer = etsy.call("POST", f"{etsy.shop}/receipts/{order}/tracking", json=one)
        assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "name", [*EtsySeller().form(), "tags", "materials", "image_ids", "item_weight", "type", "state"]
)
def test_a_form_with_junk_in_a_field_is_taken_or_refused(name: str) -> None:
    etsy = EtsySeller()
    listing = etsy.draft()
    for junk in FORM_JUNK:
        assert etsy.create(**{name: junk}).status_code in (201, 400)
        assert etsy.patch(listing, **{name: junk}).status_code in (200, 400)


@pytest.mark.parametrize(
    "path",
    [
        "listings/{}",
        "listings/{}/inventory",
        "shops/{}",
        "listings/batch?listing_ids={}",
        "listings/batch/inventory?listing_ids={}",
    ],
)
def test_an_id_that_is_none_is_refused(path: str) -> None:
    etsy = EtsySeller()
    for junk in ("x", "-1", "0", "2.5", "9" * 40, "%2F", "½", "²", "1,x"):
        assert etsy.call("GET", path.format(junk)).status_code in (400, 404), junk


def test_a_picture_that_is_no_form_is_refused() -> None:
    etsy = EtsySeller()
    path = f"{etsy.shop}/listings/{etsy.draft()}/images"
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "application/json", "", "text/html"):
        answer = etsy.call("POST", path, data=b"--y\r\n\r\nx", headers={"Content-Type": kind})
        assert answer.status_code == 400, kind
