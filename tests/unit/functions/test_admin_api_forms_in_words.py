"""What must have a certain form is asked for in words: nobody who sends another is shown a regular expression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from listbridge import registry
from listbridge.admin import patches, schemas
from listbridge.domain.configuration import Shop
from listbridge.marketplaces.ebay.settings import CreationSettings
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller


def sent() -> Iterator[Any]:
    """Every shape that somebody sends: the bodies of calls, and what platforms ask for."""
    for module in (schemas, patches):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, schemas.Body) and kind.__module__ == module.__name__:
                yield pytest.param(kind, id=name)
    for room in ("shops", "marketplaces"):
        for slug in registry.slugs(room):
            forms = registry.settings(room, slug)
            for name in ("Settings", "Credentials", "CreationSettings"):
                if hasattr(forms, name):
                    yield pytest.param(getattr(forms, name), id=f"{slug}.{name}")


def validated(kind: type[BaseModel]) -> dict[str, Any]:
    """How the shape is validated; some are only made ready when they are used first."""
    kind.model_rebuild()
    schema = kind.__pydantic_core_schema__
    assert isinstance(schema, dict), kind
    return dict(schema)


def expressions(schema: Any) -> Iterator[str]:
    """Every regular expression that the validator would show in its refusal."""
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield str(schema["pattern"])
        for name, inner in schema.items():
            if name not in ("metadata", "cls", "schema_ref"):
                yield from expressions(inner)
    elif isinstance(schema, list | tuple):
        for inner in schema:
            yield from expressions(inner)


@pytest.mark.parametrize("kind", list(sent()))
def test_no_shape_that_is_sent_shows_an_expression(kind: type[BaseModel]) -> None:
    assert list(expressions(validated(kind))) == []


class _Showing(schemas.Body):
    code: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


@pytest.mark.parametrize("kind", [_Showing, Shop])
def test_a_shape_that_would_show_one_is_found(kind: type[BaseModel]) -> None:
    assert list(expressions(validated(kind))) == ["^[A-Z]{3}$"]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("category_id", "Mugs", "must be a number of up to 12 digits"),
        ("secondary_category_id", "Mugs", "must be a number of up to 12 digits, or empty"),
        ("return_policy_id", "mine", "must be the number of a business policy, up to 20 digits"),
        ("return_policy_id", "12\n", "must be the number of a business policy, up to 20 digits"),
    ],
)
def test_a_seller_reads_what_is_expected(seller: Seller, field: str, value: str, text: str) -> None:
    settings = {**seller.its.creation_settings(), field: value}
    body = {"name": "Plain", "marketplace": "ebay", "site": SITE, "settings": settings}
    answer = seller.its.call("POST", "/v1/creation-profiles", body)
    assert (answer.status, answer.body["fields"]) == (422, [{"field": f"settings.{field}", "text": text}])
    assert len(seller.its.get("/creation-profiles")["creation_profiles"]) == 1


def test_the_form_keeps_the_pattern_for_programs() -> None:
    field = CreationSettings.model_json_schema()["properties"]["category_id"]
    assert field == {"pattern": r"^\d{1,12}$", "title": "Category", "type": "string"}


def test_what_fits_is_taken_as_before() -> None:
    given = {"category_id": " 45220 ", "merchant_location_key": "main", "secondary_category_id": ""}
    policies = dict.fromkeys(("fulfillment_policy_id", "payment_policy_id", "return_policy_id"), "77")
    taken = CreationSettings.model_validate({**given, **policies})
    assert (taken.category_id, taken.secondary_category_id) == ("45220", "")
    with pytest.raises(ValidationError, match="must be a number of up to 12 digits"):
        CreationSettings.model_validate({**given, **policies, "category_id": ""})
