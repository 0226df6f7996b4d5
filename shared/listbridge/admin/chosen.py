"""What an action is about, as a caller says it: ids, a filter, or `all` in so many words; never nothing, and never two of them."""

from __future__ import annotations

from listbridge.admin.errors import InvalidFields
from listbridge.admin.schemas import AccountActionBody, ActionBody
from listbridge.admin.views.documents import FieldView
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.services.listings.action_rules import Action

EVERYTHING = ListingFilter()


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


def _catalogue_ids(body: ActionBody | AccountActionBody) -> dict[str, str]:
    if not isinstance(body, ActionBody):
        raise InvalidFields([FieldView(field="action", text="is an action on the items of a sales list")])
    if body.catalogue_ids is None:
        raise InvalidFields([FieldView(field="catalogue_ids", text="give an id of the catalogue for each item")])
    if body.items is not None or body.filter is not None:
        raise InvalidFields([FieldView(field="items", text="the items are those of catalogue_ids")])
    return body.catalogue_ids
