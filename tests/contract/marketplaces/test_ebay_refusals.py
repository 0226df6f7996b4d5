"""What a seller reads when eBay refuses to put a product on sale, and that nothing was put on sale then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.ids import Site
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import NotFound, Rejected
from tests.contract.marketplaces.ebay_acts import PUT_ITEMS, bodies, publish, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import candle, jumper


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def with_settings(request: PublishRequest, **settings: Any) -> PublishRequest:
    creation = request.creation.model_copy(update={"settings": {**request.creation.settings, **settings}})
    return replace(request, creation=creation)


def refused(stage: EbayStage, request: PublishRequest) -> Rejected:
    with pytest.raises(Rejected) as caught:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert stage.live() == []
    return caught.value


# ---- a product code ----


def without_barcode(stage: EbayStage, variants: int) -> PublishRequest:
    facts = candle() if variants == 1 else jumper()
    bare = replace(facts, variants=tuple(replace(v, barcode="") for v in facts.variants))
    return replace(stage.request(variants), product=bare)


@pytest.mark.parametrize("variants", [1, 6])
@pytest.mark.parametrize(("site", "field"), [("EBAY_US", "upc"), ("EBAY_GB", "ean")])
def test_a_product_without_a_barcode_sells_with_the_sites_words_for_it(
    stage: EbayStage, site: str, field: str, variants: int
) -> None:
    request = replace(without_barcode(stage, variants), **_on(stage, stage.request(variants, site=Site(site))))
    sent = watch(stage)
    stage.open().publish(request, stage.new_desk(request).worker())
    [live] = stage.live()
    assert len(live.variations) == variants
    items = bodies(stage, sent, "createOrReplaceInventoryItem")
    items += [item for body in bodies(stage, sent, PUT_ITEMS) for item in body["requests"]]
    assert [item["product"][field] for item in items] == [["Does not apply"]] * variants


def _on(stage: EbayStage, request: PublishRequest) -> dict[str, Any]:
    return {"site": request.site, "variants": request.variants, "creation": request.creation}


@pytest.mark.parametrize("variants", [1, 6])
def test_a_profile_that_sends_no_words_is_told_which_code_is_missing_and_both_ways_out(
    stage: EbayStage, variants: int
) -> None:
    request = with_settings(without_barcode(stage, variants), without_barcode="leave_out")
    error = refused(stage, request)
    assert (error.problem.code, error.problem.fix) == ("ebay_product_code_missing", "give_barcode")
    assert error.problem.params["name"] == "UPC"
    assert "The UPC field is missing" in error.problem.params["message"]


def test_variants_with_codes_of_every_kind_are_published_together(stage: EbayStage) -> None:
    facts = jumper()
    codes = ["036000291452", "4006381333931", "", "96385074", "junk", "012345678905"]
    mixed = tuple(replace(v, barcode=code) for v, code in zip(facts.variants, codes, strict=True))
    request = replace(stage.request(6), product=replace(facts, variants=mixed))
    stage.open().publish(request, stage.new_desk(request).worker())
    assert len(stage.live()[0].variations) == 6


# ---- an item specific ----


def test_a_missing_item_specific_is_told_by_its_name(stage: EbayStage) -> None:
    facts = replace(candle(), vendor="")
    error = refused(stage, replace(stage.request(1), product=facts))
    assert (error.problem.code, error.problem.fix) == ("ebay_aspect_missing", "edit_creation_profile")
    assert error.problem.params["name"] == "Brand"


# ---- a policy of another site ----


@pytest.mark.parametrize("variants", [1, 6])
def test_a_policy_of_another_site_is_not_taken_for_a_vanished_offer(stage: EbayStage, variants: int) -> None:
    foreign = stage.policies["EBAY_GB"]["returnPolicyId"]
    error = refused(stage, with_settings(stage.request(variants), return_policy_id=foreign))
    assert (error.problem.code, error.problem.fix) == ("ebay_site_refused", "choose_policies")
    assert error.problem.params["site"] == "EBAY_US"


def test_a_full_revise_with_another_sites_policy_says_so_and_the_listing_stays(stage: EbayStage) -> None:
    adapter, request, desk, done = publish(stage)
    foreign = stage.policies["EBAY_GB"]["returnPolicyId"]
    with pytest.raises(Rejected) as caught:
        adapter.full_revise(with_settings(request, return_policy_id=foreign), desk.worker())
    assert caught.value.problem.code == "ebay_site_refused"
    assert [live.remote for live in stage.live()] == [done.remote]


def test_an_offer_that_somebody_deleted_meanwhile_is_still_an_offer_that_is_gone(stage: EbayStage) -> None:
    request = stage.request(1)
    desk = stage.new_desk(request)
    deleted: list[str] = []

    def delete(event: str) -> None:
        if event == "before publishOffer" and not deleted:
            seller = stage.simulator.world.seller("anna")
            [offer] = seller.offers_for("CANDLE")
            deleted.append(offer.offer_id)
            seller.drop_offer(offer)

    stage.hook = delete
    with pytest.raises(NotFound) as gone:
        stage.open().publish(request, desk.worker())
    assert (gone.value.problem.code, gone.value.problem.fix) == ("ebay_offer_gone", "send_again")


# ---- what the whole product may have ----


@pytest.mark.parametrize(
    ("variants", "code", "count"), [(300, "ebay_too_many_variations", "300"), (61, "ebay_too_many_values", "61")]
)
def test_a_product_that_is_too_large_is_refused_before_any_call(
    stage: EbayStage, variants: int, code: str, count: str
) -> None:
    sizes = tuple(str(n) for n in range(variants))
    facts = jumper(sizes=sizes)
    first = stage.request(6)
    variants_of = tuple(
        replace(first.variants[0], key=replace(first.variants[0].key, sku=v.sku), variant=v.variant)
        for v in facts.variants
    )
    request = replace(first, product=facts, variants=variants_of)
    adapter = stage.open()
    for act in (lambda: adapter.check(request), lambda: adapter.publish(request, stage.new_desk(request).worker())):
        with pytest.raises(Rejected) as caught:
            act()
        assert (caught.value.problem.code, caught.value.problem.params["count"]) == (code, count)
    assert stage.calls == []
