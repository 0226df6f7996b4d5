"""What people write on Etsy comes with the entities of HTML, and goes on as they wrote it."""

from __future__ import annotations

from typing import Any

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import Buyer
from tests.contract.marketplaces.staged_etsy import EtsyStage


def bought(stage: EtsyStage, **more: Any) -> Buyer:
    """The buyer of one mug, as the adapter reads them."""
    placed = stage.simulator.deeds.buy("MUG", seller="anna", **more)
    buyer = stage.open().read_order(RemoteOrderId(str(placed["receiptId"]))).buyer
    assert buyer is not None
    return buyer


def with_mugs() -> tuple[EtsyStage, int]:
    stage = EtsyStage()
    told = stage.simulator.deeds.seed_listings("anna", ["MUG"], quantity=50)
    return stage, told["listingIds"][0]


def test_an_address_and_a_note_are_as_the_buyer_wrote_them() -> None:
    stage, _ = with_mugs()
    told = {"name": 'Pat "Paddy" O\'Brien', "first_line": "13 O'Connell Street", "city": "Cork & Cobh"}
    buyer = bought(stage, buyer={**told, "country_iso": "GB"}, message="<soon> & well", gift_message="It's for you")
    assert buyer.shipping is not None
    assert (buyer.shipping.name, buyer.shipping.lines, buyer.shipping.city) == (
        'Pat "Paddy" O\'Brien',
        ("13 O'Connell Street",),
        "Cork & Cobh",
    )
    assert buyer.note == "<soon> & well"
    assert [gift.message for gift in buyer.gifts] == ["It's for you"]


def test_a_wish_is_noted_and_no_wish_is_none() -> None:
    stage, listing = with_mugs()
    with stage.simulator.world.lock:
        stage.simulator.world.listings[listing].personalization = [{"question_text": "Name?"}]
    assert bought(stage, personal={"Name?": "O'Brien"}).note == "MUG: Name?: O'Brien"
    assert bought(stage).note == ""
