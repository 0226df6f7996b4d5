"""Every marketplace says before anything is listed what it would refuse and what its creation profiles ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.ports import FieldProblem
from tests.contract.marketplaces.acts import VARIANTS
from tests.contract.marketplaces.stages import Stage


@pytest.mark.parametrize("variants", VARIANTS)
def test_what_would_be_published_as_it_is_has_no_problems_and_nothing_is_made(stage: Stage, variants: int) -> None:
    assert stage.open().preview(stage.request(variants)) == ()
    assert (stage.live(), stage.ever_made()) == ([], 0)


def test_every_problem_is_told_with_its_field_and_its_fix(stage: Stage) -> None:
    problems = stage.open().preview(stage.request(1, title="", images=()))
    assert {"title", "images"} <= {one.field for one in problems}
    assert all(isinstance(one, FieldProblem) and one.problem.fix for one in problems)
    assert len(set(problems_of(problems))) == len(problems)


def test_a_creation_profile_that_is_empty_is_told_field_by_field(stage: Stage) -> None:
    request = stage.request(1)
    request = replace(request, creation=request.creation.model_copy(update={"settings": {}}))
    problems = stage.open().preview(request)
    assert problems
    assert all(one.field.startswith("settings.") and one.sku is None for one in problems)


def test_a_preview_names_only_what_was_asked_for(stage: Stage) -> None:
    request = stage.request(3)
    asked: set[Sku | None] = {variant.key.sku for variant in request.variants}
    problems = stage.open().preview(replace(request, product=replace(request.product, images=())))
    assert {one.sku for one in problems} <= asked | {None}


def test_the_form_asks_for_what_a_working_profile_has(stage: Stage) -> None:
    site = stage.sites[0]
    form = stage.open().creation_form(site, "")
    properties = form["properties"]
    assert set(stage.creation(site).settings) <= set(properties)
    assert set(form.get("required", ())) <= set(properties)


def problems_of(problems: tuple[FieldProblem, ...]) -> list[tuple[str, str, Sku | None]]:
    return [(one.field, one.problem.code, one.sku) for one in problems]
