"""What an action is about, as a caller says it: ids, a filter, or `all` in so many words; never nothing, and never two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from listbridge.admin.errors import InvalidFields, MissingAt
from listbridge.admin.schemas import AccountActionBody, ActionBody
from listbridge.admin.views.documents import FieldView
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.ports import Missing
from listbridge.services.listings.action_rules import Action

EVERYTHING = ListingFilter()
Key = TypeVar("Key")
Found = TypeVar("Found")


def chosen(body: ActionBody | AccountActionBody) -> tuple[str, list[str] | ListingFilter | None]:
    """The field that says it, with the ids or the filter; None is all.

    Raises InvalidFields naming the field.
    """
    if body.action is Action.SET_CATALOGUE_ID:
        return "catalogue_ids", list(_catalogue_ids(body))
    if isinstance(body, ActionBody) and body.catalogue_ids is not None:
        raise InvalidFields([FieldView(field="catalogue_ids", text="goes with the action set_catalogue_id alone")])
    field, ids = ("items", body.items) if isinstance(body, ActionBody) else ("listings", body.listings)
    if (ids is None) == (body.filter is None):
        raise InvalidFields([FieldView(field=field, text=f"give {field} or a filter, one of the two")])
    if body.filter is None:
        return field, None if ids == "all" else list(ids or ())
    wanted = body.filter.filter()
    if wanted == EVERYTHING:
        raise InvalidFields([FieldView(field="filter", text=f'filters nothing: for everything say {field}: "all"')])
    return "filter", wanted


def found(field: str, ids: Sequence[str], key: Callable[[str], Key], find: Callable[[list[Key]], Found]) -> Found:
    """What these ids of a field stand for, all of it. Raises MissingAt naming the place of one that stands for nothing there."""
    places: dict[str, int] = {}
    keys = []
    for place, id in enumerate(ids):
        try:
            keys.append(key(id))
        except Missing as error:
            raise _missing_at(field, ids, place, error) from None
        places.setdefault(str(keys[-1]), place)
    try:
        return find(keys)
    except Missing as error:
        if error.id not in places:
            raise
        raise _missing_at(field, ids, places[error.id], error) from None


def _missing_at(field: str, ids: Sequence[str], place: int, error: Missing) -> MissingAt:
    """Ids of a list are named by their number, the keys of a mapping by the id itself."""
    at = ids[place] if field == "catalogue_ids" else place
    return MissingAt(error.kind, ids[place], f"{field}.{at}")


def _catalogue_ids(body: ActionBody | AccountActionBody) -> dict[str, str]:
    if not isinstance(body, ActionBody):
        raise InvalidFields([FieldView(field="action", text="is an action on the items of a sales list")])
    if body.catalogue_ids is None:
        raise InvalidFields([FieldView(field="catalogue_ids", text="give an id of the catalogue for each item")])
    if body.items is not None or body.filter is not None:
        raise InvalidFields([FieldView(field="items", text="the items are those of catalogue_ids")])
    return body.catalogue_ids
