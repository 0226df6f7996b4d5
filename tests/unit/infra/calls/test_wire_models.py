"""What we read is taken leniently, what we send strictly, and neither tells a value where it is wrong."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from listbridge.infra.calls.wire_models import CamelSent, CamelTold, Sent, Told


class TreeTold(Told):
    leaf_count: int


class CamelTreeTold(CamelTold):
    leaf_count: int


class TreeSent(Sent):
    leaf_count: int
    bark_colour: str | None = None


class CamelTreeSent(CamelSent):
    leaf_count: int
    bark_colour: str | None = None
    branch: TreeSent | None = None


def test_what_is_unknown_in_an_answer_is_ignored() -> None:
    assert TreeTold.model_validate({"leaf_count": 3, "birds": 2}) == TreeTold(leaf_count=3)


def test_camel_case_outside_is_snake_case_here_and_either_builds_a_model() -> None:
    assert CamelTreeTold.model_validate({"leafCount": 3, "birds": 2}) == CamelTreeTold(leaf_count=3)


@pytest.mark.parametrize(("model", "field"), [(TreeSent, "leaf_count"), (CamelTreeSent, "leafCount")])
def test_a_field_that_is_not_in_the_model_cannot_be_sent(model: type[Sent], field: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        model.model_validate({field: 3, "birds": 2})
    assert [(one["loc"], one["type"]) for one in wrong.value.errors()] == [(("birds",), "extra_forbidden")]


def test_a_body_leaves_out_what_is_none_at_every_depth() -> None:
    assert TreeSent(leaf_count=3).body() == {"leaf_count": 3}
    whole = CamelTreeSent(leaf_count=3, bark_colour="grey", branch=TreeSent(leaf_count=1))
    assert whole.body() == {"leafCount": 3, "barkColour": "grey", "branch": {"leaf_count": 1}}


@pytest.mark.parametrize("model", [TreeTold, CamelTreeTold, TreeSent, CamelTreeSent])
def test_an_error_tells_the_place_and_never_the_value(model: type[Told | Sent]) -> None:
    with pytest.raises(ValidationError) as wrong:
        model.model_validate({"leaf_count": "Mrs Buyer"})
    assert "leaf" in str(wrong.value)
    assert "Buyer" not in str(wrong.value)


@pytest.mark.parametrize("one", [TreeTold(leaf_count=3), CamelTreeSent(leaf_count=3)])
def test_neither_is_changed_after_it_was_made(one: Told | Sent) -> None:
    with pytest.raises(ValidationError):
        one.leaf_count = 4  # type: ignore[union-attr]
