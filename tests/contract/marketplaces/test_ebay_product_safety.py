"""Who made a product, who answers for it and what warns of it (GPSR): sent as eBay writes it, and named before anything is sent where
eBay would not take it."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.ids import Site
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.ebay_acts import Hand, bodies, publish, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.test_ebay_refusals import with_settings

GB = Site("EBAY_GB")
MAKER: dict[str, Any] = {
    "company_name": "Drechselei Nord",
    "address_line1": "Hafenweg 3",
    "city": "Kiel",
    "postal_code": "24103",
    "country": "DE",
    "email": "hallo@drechselei.example",
}
FAR_MAKER = {**MAKER, "company_name": "Far Toys", "city": "Shenzhen", "postal_code": "518000", "country": "CN"}
PERSON = {
    "company_name": "EU Rep",
    "phone": "+49 431 1",
    "contact_url": "https://rep.example/contact",
    **{name: MAKER[name] for name in ("address_line1", "city", "postal_code", "country")},
}
TOYS = {"category_id": "19016", "aspects": {}}


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    ebay.simulator.deeds.add_document("anna", "DOC-1")
    return ebay


def asked(stage: EbayStage, **settings: Any) -> PublishRequest:
    return with_settings(stage.request(1, site=GB), **settings)


def test_everything_that_is_told_stands_in_the_offer_as_ebay_writes_it(stage: EbayStage) -> None:
    request, sent = (
        asked(
            stage,
            **TOYS,
            manufacturer=FAR_MAKER,
            responsible_persons=[PERSON],
            safety_pictograms=["PSP01"],
            safety_statements=["PS01", "PS02"],
            safety_component="Loose parts",
            document_ids=["DOC-1"],
        ),
        watch(stage),
    )
    stage.open().publish(request, stage.new_desk(request).worker())
    [offer] = bodies(stage, sent, "createOffer")
    address = {"addressLine1": "Hafenweg 3", "city": "Kiel", "postalCode": "24103", "country": "DE"}
    assert offer["regulatory"] == {
        "manufacturer": {
            "companyName": "Far Toys",
            "addressLine1": "Hafenweg 3",
            "city": "Shenzhen",
            "postalCode": "518000",
            "country": "CN",
            "email": "hallo@drechselei.example",
        },
        "responsiblePersons": [
            {
                "companyName": "EU Rep",
                **address,
                "phone": "+49 431 1",
                "contactUrl": "https://rep.example/contact",
                "types": ["EUResponsiblePerson"],
            }
        ],
        "productSafety": {"component": "Loose parts", "pictograms": ["PSP01"], "statements": ["PS01", "PS02"]},
        "documents": [{"documentId": "DOC-1"}],
    }
    assert len(stage.live()) == 1


def test_what_the_seller_told_ebay_elsewhere_stays(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, site=GB)
    hand = Hand(stage)
    [shown] = hand("GET", "/offer?sku=CANDLE")["offers"]
    keys = ("offerId", "sku", "marketplaceId", "format", "status", "listing")
    own = {"regulatory": {"repairScore": 7.9, "documents": [{"documentId": "DOC-1"}]}}
    hand("PUT", f"/offer/{shown['offerId']}", {k: v for k, v in {**shown, **own}.items() if k not in keys})
    adapter.full_revise(with_settings(request, manufacturer=MAKER), desk.worker())
    [after] = hand("GET", "/offer?sku=CANDLE")["offers"]
    assert after["regulatory"]["manufacturer"]["companyName"] == "Drechselei Nord"
    assert (after["regulatory"]["repairScore"], after["regulatory"]["documents"]) == (7.9, [{"documentId": "DOC-1"}])


def _without(contact: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in contact.items() if name not in names}


REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str, dict[str, str]]]]] = {
    "a street without its city": (
        {"manufacturer": _without(MAKER, "city", "postal_code")},
        [
            ("settings.manufacturer.city", "ebay_contact_incomplete", {"name": "Drechselei Nord", "field": "city"}),
            (
                "settings.manufacturer.postal_code",
                "ebay_contact_incomplete",
                {"name": "Drechselei Nord", "field": "postal code"},
            ),
        ],
    ),
    "nobody who can be reached": (
        {"manufacturer": MAKER, "responsible_persons": [{"company_name": "EU Rep"}]},
        [
            (
                "settings.responsible_persons.0.email",
                "ebay_contact_incomplete",
                {"name": "EU Rep", "field": "address, e-mail, telephone or web address"},
            )
        ],
    ),
    "nobody in the EU": ({"manufacturer": FAR_MAKER}, [("settings.responsible_persons", "ebay_nobody_in_eu", {})]),
    "a word without its sign": (
        {"safety_component": "Loose parts"},
        [("settings.safety_component", "ebay_safety_needed", {"name": "a pictogram or a statement"})],
    ),
    "signs that there are not": (
        {"safety_pictograms": ["PSP01", "PSP99"], "safety_statements": ["PS99"]},
        [
            ("settings.safety_pictograms.1", "ebay_safety_label_unknown", {"value": "PSP99", "site": "EBAY_GB"}),
            ("settings.safety_statements.0", "ebay_safety_label_unknown", {"value": "PS99", "site": "EBAY_GB"}),
        ],
    ),
    "what the category requires": (
        TOYS,
        [
            ("settings.manufacturer", "ebay_safety_needed", {"name": "the manufacturer"}),
            ("settings.safety_statements", "ebay_safety_needed", {"name": "a pictogram or a statement"}),
        ],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_ebay_would_not_take_is_named_before_anything_is_sent(stage: EbayStage, case: str) -> None:
    settings, problems = REFUSED[case]
    request, adapter = asked(stage, **settings), stage.open()
    told = [(one.field, one.problem.code, dict(one.problem.params)) for one in adapter.preview(request)]
    assert told == problems
    with pytest.raises(Rejected) as caught:
        adapter.publish(request, stage.new_desk(request).worker())
    assert (caught.value.problem.code, dict(caught.value.problem.params)) == problems[0][1:]
    assert stage.simulator.world.seller("anna").items == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"manufacturer": {**MAKER, "company_name": ""}}, "manufacturer.company_name"),
        ({"manufacturer": {**MAKER, "company_name": "x" * 101}}, "manufacturer.company_name"),
        ({"manufacturer": {**MAKER, "postal_code": "x" * 10}}, "manufacturer.postal_code"),
        ({"manufacturer": {**MAKER, "country": "Germany"}}, "manufacturer.country"),
        ({"manufacturer": {**MAKER, "email": "hallo"}}, "manufacturer.email"),
        ({"manufacturer": {**MAKER, "contact_url": "ftp://rep"}}, "manufacturer.contact_url"),
        ({"responsible_persons": [PERSON] * 6}, "responsible_persons"),
        ({"safety_pictograms": ["PSP01"] * 3}, "safety_pictograms"),
        ({"safety_statements": ["PS01"] * 9}, "safety_statements"),
        ({"safety_component": "x" * 121}, "safety_component"),
    ],
)
def test_what_no_offer_can_have_is_named_without_any_call(
    stage: EbayStage, settings: dict[str, Any], field: str
) -> None:
    told = [(one.field, one.problem.code) for one in stage.open().preview(asked(stage, **settings))]
    assert told == [(f"settings.{field}", "creation_profile_invalid")]
    assert stage.calls == []


def test_a_document_that_ebay_does_not_have_is_refused_by_ebay(stage: EbayStage) -> None:
    request = asked(stage, document_ids=["DOC-9"])
    with pytest.raises(Rejected) as caught:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert caught.value.problem.code == "ebay_rules_refused"
    assert "DOC-9" in caught.value.problem.params["message"]
    assert stage.live() == []


def test_outside_of_europe_the_category_asks_for_nothing(stage: EbayStage) -> None:
    request = with_settings(stage.request(1), **TOYS)
    stage.open().publish(request, stage.new_desk(request).worker())
    assert len(stage.live()) == 1


def test_the_form_says_what_a_category_requires_and_the_choices_have_the_signs_of_the_site(stage: EbayStage) -> None:
    adapter = stage.open()
    fields = adapter.creation_form(GB, "19016")["properties"]
    assert [fields[name].get("description") for name in ("manufacturer", "safety_statements", "document_ids")] == [
        "Required in this category.",
        "Required in this category.",
        None,
    ]
    choices = adapter.creation_choices(GB)
    assert choices["safety_pictograms"] == [
        {"id": "PSP01", "name": "Not for children under 3 years"},
        {"id": "PSP02", "name": "Keep away from fire"},
    ]
    assert choices["safety_statements"][0] == {"id": "PS01", "name": "Choking hazard: small parts"}
    assert adapter.creation_choices(Site("EBAY_US"))["safety_pictograms"] == []


_TOLD = {"companyName": "M", "addressLine1": "S 1", "city": "K", "postalCode": "1", "country": "DE"}


@pytest.mark.parametrize(
    ("regulatory", "number"),
    [
        ({"manufacturer": {**_TOLD, "companyName": ""}}, 25111),
        ({"manufacturer": {**_TOLD, "city": ""}}, 25110),
        ({"manufacturer": {"companyName": "M"}}, 25118),
        ({"manufacturer": {**_TOLD, "country": "CN"}}, 25115),
        ({"manufacturer": {**_TOLD, "email": "m"}}, 25088),
        ({"manufacturer": {**_TOLD, "contactUrl": "m"}}, 25122),
        ({"manufacturer": {**_TOLD, "postalCode": "1" * 10}}, 25080),
        ({"responsiblePersons": [_TOLD]}, 25116),
        ({"responsiblePersons": [{**_TOLD, "companyName": "", "types": ["EUResponsiblePerson"]}]}, 25114),
        ({"responsiblePersons": [{**_TOLD, "city": "", "types": ["EUResponsiblePerson"]}]}, 25113),
        ({"responsiblePersons": [{"companyName": "M", "types": ["EUResponsiblePerson"]}]}, 25119),
        ({"responsiblePersons": [{**_TOLD, "types": ["EUResponsiblePerson"]}] * 6}, 25112),
        ({"productSafety": {"component": "x"}}, 25109),
        ({"productSafety": {"pictograms": ["PSP01"] * 3}}, 25108),
        ({"productSafety": {"pictograms": ["PSP77"]}}, 25076),
        ({"documents": [{"documentId": "DOC-9"}]}, 25104),
    ],
)
def test_ebay_itself_refuses_each_by_its_documented_number(
    stage: EbayStage, regulatory: dict[str, Any], number: int
) -> None:
    publish(stage, site=GB)
    hand = Hand(stage)
    [shown] = hand("GET", "/offer?sku=CANDLE")["offers"]
    keys = ("offerId", "sku", "marketplaceId", "format", "status", "listing")
    body = {name: value for name, value in shown.items() if name not in keys} | {"regulatory": regulatory}
    with pytest.raises(AssertionError, match=str(number)):
        hand("PUT", f"/offer/{shown['offerId']}", body)
    [after] = hand("GET", "/offer?sku=CANDLE")["offers"]
    assert "regulatory" not in after
