"""What each field of the API means, for its description: the text under the attribute, read from the source.

Nothing of this happens in a call: the texts are read while the description is written, and the compiler drops them.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel

from listbridge.admin import patches, schemas
from listbridge.admin.views import documents as views
from listbridge.domain import configuration

EVERYWHERE: Final = {
    "account": "The id of the account.",
    "cursor": "Send it back as `cursor` to get the next page; null on the last page.",
    "marketplace": "The marketplace's slug, as in `GET /v1/platforms`.",
    "platform": "The platform's slug, as in `GET /v1/platforms`.",
    "product": "The product's id in the shop.",
    "rules": "The rules for quantity and price at this level; a rule that is null comes from the next level out.",
    "settings": "The platform's own public settings, as its JSON schema in `GET /v1/platforms` says; never credentials.",
    "site": "The marketplace's national site, in the marketplace's own spelling.",
    "sites": "The sites on which the account sells, in the marketplace's own spelling.",
    "sku": "The SKU, as the shop has it.",
    "taxes": "The taxes on this amount; empty when the marketplace tells none.",
    "title": "The title, as the shop has it.",
    "variant": "The variant's id in the shop.",
}
"""What a field of this name means in the shapes that say nothing else under it; each is for more than one of them."""

_SHOWS: Final[dict[type[BaseModel], type[BaseModel]]] = {
    views.ShopView: configuration.Shop,
    schemas.ShopDraft: configuration.Shop,
    patches.ShopPatch: configuration.Shop,
    views.AccountView: configuration.Account,
    schemas.AccountDraft: configuration.Account,
    patches.AccountPatch: configuration.Account,
    schemas.ProfileDraft: configuration.Profile,
    patches.ProfilePatch: configuration.Profile,
    schemas.CreationProfileDraft: configuration.CreationProfile,
    patches.CreationProfilePatch: configuration.CreationProfile,
    schemas.SalesListDraft: configuration.SalesList,
    patches.SalesListPatch: configuration.SalesList,
    patches.QuantityRulePatch: configuration.QuantityRule,
    patches.PriceRulePatch: configuration.PriceRule,
    patches.RulesPatch: configuration.Rules,
    patches.GuardLimitsPatch: configuration.GuardLimits,
}
"""Shapes of a configuration document, whose fields mean what the document says under them."""

_KEPT = "Absent, it stays as it is"
_REMOVED = f"{_KEPT}; null removes it, or sets it back to its default"


def text_of(model: type[BaseModel], field: str, *, nullable: bool) -> str | None:
    """What the field means, in whole sentences; None where nothing says so. In a patch also what absence and null do."""
    shown = _SHOWS.get(model)
    text = _under(model, field) or (_under(shown, field) if shown else None) or EVERYWHERE.get(field)
    if text is None or model.__module__ != patches.__name__ or field == "rev":
        return text
    return f"{text} {_REMOVED if nullable else _KEPT}."


def _under(model: type[BaseModel], field: str) -> str | None:
    """The text under the attribute, in the class itself or the nearest base that has one."""
    for kind in model.__mro__:
        text = _texts(sys.modules[kind.__module__]).get((kind.__name__, field))
        if text is not None:
            return text
    return None


@cache
def _texts(module: ModuleType) -> dict[tuple[str, str], str]:
    """Every text under an attribute of the module's classes, by class and attribute."""
    if not module.__name__.startswith("listbridge."):
        return {}
    classes = [one for one in ast.parse(inspect.getsource(module)).body if isinstance(one, ast.ClassDef)]
    return {
        (owner.name, name): text
        for owner in classes
        for above, below in zip(owner.body, owner.body[1:], strict=False)
        if (name := _attribute(above)) is not None and (text := _text(below)) is not None
    }


def _attribute(node: ast.stmt) -> str | None:
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else None


def _text(node: ast.stmt) -> str | None:
    value: Any = node.value.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else None
    return " ".join(inspect.cleandoc(value).split()) if isinstance(value, str) else None
