"""What a category of eBay asks for is told before anything is sent, each with its field, and eBay itself refuses the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.ids import Sku
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, Rejected, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import bodies, publish, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import candle, jumper
from tests.contract.marketplaces.test_ebay_refusals import with_settings
from tests.fakes.budget import FakeBudget

CARDS: dict[str, Any] = {
    "category_id": "183454",
    "condition": "USED_VERY_GOOD",
    "condition_descriptors": {"40001": ["400012"]},
    "aspects": {"Game": ["Dragon Duel"], "Card Name": ["Ember Wyrm"], "Features": ["Foil", "Promo"], "Set": ["Embers"]},
}
LOOKED_UP = ("getItemAspectsForCategory", "getItemConditionPolicies")


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def card(stage: EbayStage, **settings: Any) -> PublishRequest:
    aspects = {**CARDS["aspects"], **settings.pop("aspects", {})}
    aspects = {name: values for name, values in aspects.items() if values}
    facts = candle()
    facts = replace(facts, variants=tuple(replace(one, barcode="") for one in facts.variants))
    request = replace(stage.request(1), product=facts)
    return with_settings(request, **{**CARDS, "aspects": aspects, **settings})


class NothingToLookUp(FakeBudget):
    """The day's calls about categories are spent, until tomorrow."""

    def spend(self, operation: str) -> None:
        if operation in (*LOOKED_UP, "getDefaultCategoryTreeId", "getCategoryPolicies", "getRegulatoryPolicies"):
            tomorrow = self._clock.now() + timedelta(days=1)
            raise RateLimited(Problem("budget_spent", {"operation": operation}), until=tomorrow)
        super().spend(operation)


def unlooked(stage: EbayStage) -> MarketplaceAdapter:
    """The account, when nobody can look a category up today."""
    stage.budget = NothingToLookUp(stage.clock)
    return registry.open_marketplace("ebay", stage.connection())


WRONG: dict[str, tuple[dict[str, Any], str, str, dict[str, str]]] = {
    "a required specific is missing": (
        {"aspects": {"Game": []}},
        "settings.aspects.Game",
        "ebay_aspect_needed",
        {"name": "Game", "category": "183454"},
    ),
    "two values where one can be given": (
        {"aspects": {"Game": ["Dragon Duel", "Star Tide"]}},
        "settings.aspects.Game",
        "ebay_aspect_too_many_values",
        {"name": "Game", "count": "2", "max": "1"},
    ),
    "31 values where 30 can be given": (
        {"aspects": {"Character": [f"Wyrm {n}" for n in range(31)]}},
        "settings.aspects.Character",
        "ebay_aspect_too_many_values",
        {"name": "Character", "count": "31", "max": "30"},
    ),
    "a value of 21 characters": (
        {"aspects": {"Card Name": ["x" * 21]}},
        "settings.aspects.Card Name",
        "ebay_aspect_too_long",
        {"name": "Card Name", "value": "x" * 21, "max": "20"},
    ),
    "a value that is none of eBay's": (
        {"aspects": {"Game": ["Chess"], "Set": []}},
        "settings.aspects.Game",
        "ebay_aspect_not_a_choice",
        {"name": "Game", "value": "Chess", "allowed": "Dragon Duel, Star Tide"},
    ),
    "a value that goes with another": (
        {"aspects": {"Set": ["Low Water"]}},
        "settings.aspects.Set",
        "ebay_aspect_not_a_choice",
        {"name": "Set", "value": "Low Water", "allowed": "Embers, First Flight"},
    ),
    "a condition that the category does not take": (
        {"condition": "NEW"},
        "settings.condition",
        "ebay_condition_not_allowed",
        {"condition": "NEW", "category": "183454", "allowed": "LIKE_NEW, USED_VERY_GOOD"},
    ),
    "a condition of which more is asked": (
        {"condition": "LIKE_NEW", "condition_descriptors": {"27501": ["275010"]}},
        "settings.condition_descriptors.27502",
        "ebay_condition_descriptor_missing",
        {"name": "Grade"},
    ),
    "a grade that there is not": (
        {"condition": "LIKE_NEW", "condition_descriptors": {"27501": ["275010"], "27502": ["1"]}},
        "settings.condition_descriptors.27502",
        "ebay_condition_descriptor_refused",
        {"name": "Grade", "values": "1"},
    ),
    "a certificate of 31 characters": (
        {
            "condition": "LIKE_NEW",
            "condition_descriptors": {"27501": ["275010"], "27502": ["275020"], "27503": ["9" * 31]},
        },
        "settings.condition_descriptors.27503",
        "ebay_condition_descriptor_refused",
        {"name": "Certification Number", "values": "9" * 31},
    ),
    "a category that cannot hold listings": (
        {"category_id": "2536"},
        "settings.category_id",
        "ebay_category_unknown",
        {"category": "2536", "site": "EBAY_US"},
    ),
    "a category that there is not": (
        {"category_id": "1"},
        "settings.category_id",
        "ebay_category_unknown",
        {"category": "1", "site": "EBAY_US"},
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_category_does_not_take_is_named_before_anything_is_sent(stage: EbayStage, case: str) -> None:
    settings, field, code, params = WRONG[case]
    request, adapter = card(stage, **settings), stage.open()
    assert [(one.field, one.problem.code, dict(one.problem.params), one.sku) for one in adapter.preview(request)] == [
        (field, code, params, None)
    ]
    with pytest.raises(Rejected) as refused:
        adapter.publish(request, stage.new_desk(request).worker())
    assert (refused.value.problem.code, refused.value.problem.params) == (code, params)
    assert stage.simulator.world.seller("anna").items == {}
    assert stage.ever_made() == 0


@pytest.mark.parametrize("case", WRONG)
def test_where_nobody_could_look_it_up_ebay_itself_refuses_the_same(stage: EbayStage, case: str) -> None:
    request = card(stage, **WRONG[case][0])
    with pytest.raises(Rejected):
        unlooked(stage).publish(request, stage.new_desk(request).worker())
    assert stage.calls.count("publishOffer") == 1
    assert stage.live() == []


def test_what_ebays_catalogue_may_know_by_a_barcode_is_left_to_ebay(stage: EbayStage) -> None:
    request = card(stage, aspects={"Game": []})
    request = replace(request, product=candle())
    adapter = stage.open()
    assert adapter.preview(request) == ()
    with pytest.raises(Rejected) as caught:
        adapter.publish(request, stage.new_desk(request).worker())
    assert (caught.value.problem.code, caught.value.problem.params["name"]) == ("ebay_aspect_missing", "Game")
    assert stage.live() == []


def test_a_product_that_fits_its_category_is_on_sale_though_nobody_could_look_it_up(stage: EbayStage) -> None:
    request = stage.request(1)
    unlooked(stage).publish(request, stage.new_desk(request).worker())
    assert len(stage.live()) == 1


def test_a_look_up_that_is_broken_for_a_moment_is_made_again_before_anything_is_sent(stage: EbayStage) -> None:
    stage.add_faults(Fault("getItemAspectsForCategory", "status", status=503))
    request, adapter = stage.request(1), stage.open()
    desk = stage.new_desk(request)
    with pytest.raises(RetryLater):
        adapter.publish(request, desk.worker())
    assert stage.simulator.world.seller("anna").items == {}
    adapter.publish(request, desk.worker())
    assert len(stage.live()) == 1


def test_a_card_is_sent_as_its_category_spells_it(stage: EbayStage) -> None:
    request, sent = card(stage, aspects={"Game": ["dragon duel"], "Features": ["promo", "FOIL"]}), watch(stage)
    stage.open().publish(request, stage.new_desk(request).worker())
    [item] = bodies(stage, sent, "createOrReplaceInventoryItem")
    assert item["product"]["aspects"]["Game"] == ["Dragon Duel"]
    assert item["product"]["aspects"]["Features"] == ["Promo", "Foil"]
    assert (item["condition"], item["conditionDescriptors"]) == (
        "USED_VERY_GOOD",
        [{"name": "40001", "values": ["400012"]}],
    )


def test_a_graders_certificate_goes_in_the_sellers_own_words(stage: EbayStage) -> None:
    told = {"27501": ["275010"], "27502": ["275021"], "27503": ["CERT 1234"]}
    request, sent = card(stage, condition="LIKE_NEW", condition_descriptors=told), watch(stage)
    stage.open().publish(request, stage.new_desk(request).worker())
    [item] = bodies(stage, sent, "createOrReplaceInventoryItem")
    assert item["conditionDescriptors"] == [
        {"name": "27501", "values": ["275010"]},
        {"name": "27502", "values": ["275021"]},
        {"name": "27503", "additionalInfo": "CERT 1234"},
    ]


@pytest.mark.parametrize(("condition", "sent"), [("NEW", None), ("USED_EXCELLENT", "A scratch on the lid.")])
def test_only_a_used_item_has_its_condition_described(stage: EbayStage, condition: str, sent: str | None) -> None:
    settings = {"condition": condition, "condition_description": "A scratch on the lid."}
    request, seen = with_settings(stage.request(1), **settings), watch(stage)
    stage.open().publish(request, stage.new_desk(request).worker())
    [item] = bodies(stage, seen, "createOrReplaceInventoryItem")
    assert item.get("conditionDescription") == sent


def test_an_option_by_which_listings_may_not_vary_is_named(stage: EbayStage) -> None:
    request = with_settings(stage.request(6), option_aspects={"Size": "Brand"}, aspects={"Size": ["One Size"]})
    told = [(one.field, one.problem.code, dict(one.problem.params)) for one in stage.open().preview(request)]
    assert told == [("settings.option_aspects", "ebay_aspect_may_not_vary", {"name": "Brand"})]


def test_a_variant_whose_value_is_too_long_stops_none_of_its_siblings(stage: EbayStage) -> None:
    facts, first = jumper(), stage.request(6)
    long = replace(facts.variants[2], options={"Size": "M" * 21})
    facts = replace(facts, variants=(*facts.variants[:2], long, *facts.variants[3:]))
    settings = {**CARDS, "option_aspects": {"Size": "Card Name"}, "aspects": {"Game": ["Star Tide"]}}
    request = with_settings(replace(first, product=facts), **settings)
    adapter = stage.open()
    problem = {"name": "Card Name", "value": "M" * 21, "max": "20"}
    assert [(one.field, one.problem.code, dict(one.problem.params), one.sku) for one in adapter.preview(request)] == [
        ("options", "ebay_aspect_too_long", problem, Sku("JUMPER-M"))
    ]
    done = adapter.publish(request, stage.new_desk(request).worker())
    assert {sku: error.problem.code for sku, error in (done.left_out or {}).items()} == {
        "JUMPER-M": "ebay_aspect_too_long"
    }
    assert len(stage.live()[0].variations) == 5


def test_a_category_is_looked_up_once_in_a_day_whatever_is_published(stage: EbayStage) -> None:
    for variants in (1, 6):
        publish(stage, variants)
    assert [stage.calls.count(operation) for operation in LOOKED_UP] == [1, 1]
    stage.clock.advance(timedelta(days=1).total_seconds())
    adapter, request, desk, _ = publish(stage)
    adapter.full_revise(request, desk.worker())
    assert [stage.calls.count(operation) for operation in LOOKED_UP] == [2, 2]


def test_the_form_of_a_category_has_its_conditions_and_its_item_specifics(stage: EbayStage) -> None:
    fields = stage.open().creation_form(stage.sites[0], "183454")["properties"]
    assert fields["category_id"]["const"] == "183454"
    assert fields["condition"]["oneOf"] == [
        {"const": "LIKE_NEW", "title": "Graded"},
        {"const": "USED_VERY_GOOD", "title": "Ungraded"},
    ]
    aspects = fields["aspects"]["properties"]
    assert aspects["Game"] == {
        "title": "Game",
        "type": "array",
        "items": {"type": "string", "enum": ["Dragon Duel", "Star Tide"]},
        "maxItems": 1,
        "description": "Required in this category.",
    }
    assert (aspects["Card Name"]["items"], aspects["Features"]["maxItems"]) == ({"type": "string", "maxLength": 20}, 30)
    assert fields["condition_descriptors"]["properties"]["40001"] == {
        "title": "Card Condition",
        "type": "array",
        "items": {
            "type": "string",
            "oneOf": [{"const": "400010", "title": "Near Mint or Better"}, {"const": "400012", "title": "Very Good"}],
        },
        "maxItems": 1,
    }
    assert "condition_descriptors" not in stage.open().creation_form(stage.sites[0], "15687")["properties"]


def test_there_is_no_form_of_a_category_that_there_is_not(stage: EbayStage) -> None:
    with pytest.raises(Rejected) as refused:
        stage.open().creation_form(stage.sites[0], "1")
    assert refused.value.problem.code == "ebay_category_unknown"
