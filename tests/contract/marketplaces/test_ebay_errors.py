"""The table of errors, against eBay's documents."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import Revision, UnitRevision
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RetryLater
from listbridge.marketplaces.ebay.errors import BY_ID, EbayRefusal
from listbridge.marketplaces.ebay.manifest import MANIFEST
from listbridge.marketplaces.ebay.offers.wire import ErrorEntry, ErrorParameter
from tests.contract.marketplaces.ebay_acts import publish
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.marketplaces.staged_ebay import EbayStage


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def documented() -> dict[int, str]:
    """Every error id of the operations that we use, with its category."""
    spec = EbaySpec.load()
    used = set().union(*(set(budget.operations) for budget in MANIFEST.budgets))
    found: dict[int, str] = {}
    for operation in spec._operations:
        if operation.id in used:
            for response in operation.body["responses"].values():
                for error_id, entry in response.get("x-response-codes", {}).get("errors", {}).items():
                    found[int(error_id)] = str(entry.get("category"))
    return found


def test_every_operation_with_a_budget_is_one_of_ebays(stage: EbayStage) -> None:
    used = [operation for budget in MANIFEST.budgets for operation in budget.operations]
    assert len(used) == len(set(used))
    assert set(used) <= EbaySpec.load().operation_ids()


def test_every_id_of_the_table_is_documented_for_an_operation_that_we_use() -> None:
    gateway = {1001, 1002, 1003, 1100, 2001, 2002, 2004}  # common errors, which no document lists
    in_the_wild = {25717}  # an empty list of pictures
    assert set(BY_ID) - gateway - in_the_wild <= set(documented())


def test_every_documented_error_gets_the_verdict_of_its_category() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    waits = {25025, 25038, 25039, 25040, 25097, 25098, 25759, 160003, 160014, 160024, 160025}
    judged = 0
    for error_id, category in documented().items():
        entry = ErrorEntry(error_id=error_id, category=category, message="text")
        status = 500 if category == "APPLICATION" else 400
        write = EbayRefusal("x", status, write=True, entries=[entry]).error(now)
        read = EbayRefusal("x", status, write=False, entries=[entry]).error(now)
        if error_id in waits:
            assert isinstance(write, RetryLater), error_id
        elif category in ("REQUEST", "BUSINESS"):
            assert isinstance(write, Rejected), error_id
            assert isinstance(read, Rejected), error_id
        else:
            assert isinstance(write, OutcomeUnknown), error_id
            assert isinstance(read, RetryLater), error_id
        judged += 1
    assert judged > 120


@pytest.mark.parametrize("category", ["APPLICATION", "Application", "application"])
def test_a_category_is_read_in_any_spelling(category: str) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    entry = ErrorEntry(error_id=99_999, category=category, message="Something broke")
    assert isinstance(EbayRefusal("x", 400, write=True, entries=[entry]).error(now), OutcomeUnknown)
    assert isinstance(EbayRefusal("x", 400, write=False, entries=[entry]).error(now), RetryLater)
    ours = ErrorEntry(error_id=99_999, category="Request", message="Something is wrong")
    assert isinstance(EbayRefusal("x", 400, write=True, entries=[ours]).error(now), Rejected)


@pytest.mark.parametrize(
    ("text", "second", "code", "name"),
    [
        ("The item specific Type is missing. Add Type.", "Type", "ebay_aspect_missing", "Type"),
        ("Das Artikelmerkmal Größe fehlt.", "Größe", "ebay_aspect_missing", "Größe"),
        ("The item specific Sleeve Length is missing.", None, "ebay_aspect_missing", "Sleeve Length"),
        ("The EAN field is missing.", None, "ebay_product_code_missing", "EAN"),
        ("Das Feld UPC fehlt.", "UPC", "ebay_product_code_missing", "UPC"),
    ],
)
def test_a_missing_field_is_told_by_its_name_in_any_language(
    text: str, second: str | None, code: str, name: str
) -> None:
    numbered = [ErrorParameter(name="2", value=second)] if second else []
    entry = ErrorEntry(error_id=25002, category="REQUEST", message=text, parameters=numbered)
    error = EbayRefusal("publishOffer", 400, write=True, entries=[entry]).error(datetime(2026, 11, 1, tzinfo=UTC))
    assert isinstance(error, Rejected)
    assert (error.problem.code, error.problem.params["name"]) == (code, name)
    assert text in error.problem.params["message"]


def test_a_user_error_that_misses_nothing_is_shown_in_ebays_words() -> None:
    entry = ErrorEntry(
        error_id=25002,
        category="REQUEST",
        message="The seller is on holiday.",
        parameters=[ErrorParameter(name="2", value="something else")],
    )
    error = EbayRefusal("publishOffer", 400, write=True, entries=[entry]).error(datetime(2026, 11, 1, tzinfo=UTC))
    assert (error.problem.code, error.problem.params["message"]) == ("ebay_refused", "The seller is on holiday.")


@pytest.mark.parametrize("error_id", [25701, 25702, 25705, 25710, 25713, 25725])
def test_only_a_positive_word_that_it_is_not_there_is_an_absence(error_id: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    entry = ErrorEntry(error_id=error_id, category="REQUEST", message="gone")
    assert isinstance(EbayRefusal("x", 404, write=False, entries=[entry]).error(now), NotFound)
    lost = ErrorEntry(error_id=2002, category="REQUEST", message="Resource not resolved")
    for entries in ([], [lost]):
        assert not isinstance(EbayRefusal("x", 404, write=False, entries=entries).error(now), NotFound)


def test_a_foreign_currency_is_refused_by_name(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    revision = Revision(
        request.variants[0].key,
        done.offers[Sku("CANDLE")],
        RemoteId(done.remote),
        None,
        Values(None, Money(Decimal("5.00"), "EUR")),
    )
    [result] = adapter.revise(UnitRevision((revision,)))
    assert isinstance(result.error, Rejected)
    assert result.error.problem.code == "ebay_price_refused"
    assert "EUR" in result.error.problem.params["message"]
