"""What a call means by the products that it does not name one by one, and the refusal of a choice that is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from listbridge.admin.errors import InvalidFields
from listbridge.admin.schemas import AddItems
from listbridge.admin.views.documents import FieldView
from listbridge.domain.configuration import SalesList, SalesListMode
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.services.listings.items.add_chosen import MOST_CHOSEN, UnusableChoice


def choice_of(body: AddItems) -> ProductChoice | None:
    """What is chosen, or None where the products are named. Raises InvalidFields unless exactly one of the ways is used: to
    leave out everything must never mean everything."""
    given = {by: value for by in ChosenBy if (value := getattr(body, by.value)) is not None}
    if body.products is not None:
        _refuse_both([by.value for by in given])
        return None
    if not given:
        ways = ", ".join(f"`{by.value}`" for by in ChosenBy)
        raise InvalidFields([FieldView(field="products", text=f"names no products; or choose them by one of {ways}")])
    (by, value), *more = given.items()
    _refuse_both([other.value for other, _ in more])
    return ProductChoice(by=by, value="" if by is ChosenBy.CATALOGUE else str(value))


def refuse_mirrored(sales_list: SalesList, choice: ProductChoice | None) -> None:
    """Nobody adds to a list in collection mode by hand: its collections say what is in it. Raises InvalidFields."""
    if sales_list.mode is SalesListMode.COLLECTION:
        field = choice.by.value if choice is not None else "products"
        text = "the list has the products of its collections; put them into one of these in the shop"
        raise InvalidFields([FieldView(field=field, text=text)])


def _refuse_both(given: list[str]) -> None:
    if given:
        raise InvalidFields([FieldView(field=name, text="does not go with another choice") for name in given])


@contextmanager
def usable(choice: ProductChoice) -> Iterator[None]:
    """Turn the refusal of a choice into InvalidFields."""
    try:
        yield
    except UnusableChoice as error:
        too_many = f"chooses {error.found} products; a choice may have {MOST_CHOSEN}"
        text = too_many if error.found else "chooses no product of the shop"
        raise InvalidFields([FieldView(field=choice.by.value, text=text)]) from None
