"""Why a shop did not make an order, in words that hold nothing of the buyer's."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.refusals import refused_cancel, refused_order, sku_at, variant_gone
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected
from tests.fakes.order_drafts import BUYER, draft, line


def test_an_order_is_refused_with_its_field_and_the_shops_words():
    refused = refused_order("rows.0.price", "Price is odd", code="E7", buyer=BUYER, detail="create: E7")
    assert type(refused) is Rejected
    assert refused.problem == Problem(
        "shop_refused_order", {"field": "rows.0.price", "reason": "Price is odd"}, "export_or_handled_outside"
    )
    assert refused.detail == "create: E7"


def test_words_that_hold_something_of_the_buyers_give_way_to_the_shops_code():
    refused = refused_order("rows", "No mug for LOVELACE", code="E7", buyer=BUYER, detail="")
    assert refused.problem.params == {"field": "rows", "reason": "E7"}
    assert "lovelace" not in str(refused).casefold()


def test_of_a_field_of_the_buyers_no_words_are_told_whatever_they_are():
    refused = refused_order("to.call", "12 is no number", code="E7", personal=True, detail="")
    assert refused.problem.params == {"field": "to.call", "reason": "E7"}


def test_words_without_end_are_cut():
    refused = refused_order("f" * 300, "w" * 300, detail="")
    assert refused.problem.params == {"field": "f" * 100, "reason": "w" * 200}
    assert refused_cancel("w" * 300, detail="").problem.params == {"reason": "w" * 200}


def test_a_variant_that_is_gone_is_named_by_its_sku():
    refused = variant_gone("BOWL", detail="create")
    assert (type(refused), refused.problem, refused.detail) == (
        Rejected,
        Problem("variant_gone", {"sku": "BOWL"}, "choose_product_for_line"),
        "create",
    )


@pytest.mark.parametrize(
    ("place", "most", "sku"),
    [(0, 9, "MUG"), (1, 9, "MUG"), (2, 9, "BOWL"), (3, 9, None), (-1, 9, None), (1, 2, "BOWL")],
)
def test_a_place_among_the_lines_is_counted_as_the_shop_got_them(place: int, most: int, sku: str | None):
    three_for_ten = line("10.00", quantity=3)  # the shop gets two lines, where it has room for them
    assert sku_at(place, draft(three_for_ten, line(id="2", sku="BOWL")), most) == sku


@pytest.mark.parametrize(("gone", "kind"), [(False, Rejected), (True, NotFound)])
def test_a_cancellation_that_is_refused_says_why_and_one_of_nothing_is_not_found(gone: bool, kind: type[Rejected]):
    refused = refused_cancel("sent already", gone=gone, detail="cancel")
    assert (type(refused), refused.problem) == (
        kind,
        Problem("shop_refused_cancel", {"reason": "sent already"}, "cancel_in_shop"),
    )
