"""The form of a listing: each field read, and refused where Etsy refuses it.

Rules of characters, enums and what is required: the OpenAPI document (createDraftListing, updateListing). A name that neither of the
two takes is passed over without a word: so it has been with `price` and `quantity` of updateListing since 2022 (release notes of
etsy/open-api). Lists are one text parted by commas (etsy/open-api issues 291, 557).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.etsy.errors import invalid
from simulators.etsy.limits import Limits
from simulators.etsy.state import Seller
from simulators.etsy.taxonomy import NODES
from simulators.etsy.wire import flag_of, whole_of

WHO_MADE = ("i_did", "someone_else", "collective")
TYPES = ("physical", "download", "both")
_DECADES = ("1990s", "1980s", "1970s", "1960s", "1950s", "1940s", "1930s", "1920s", "1910s", "1900s")
_WEIGHTS = ("oz", "lb", "g", "kg")
_LENGTHS = ("in", "ft", "mm", "cm", "m", "yd", "inches")
_IN_TITLES = ("L", "Nd", "P", "Sm", "Zs")
_IN_WORDS = ("L", "Nd", "Zs")
_MEASURES = ("item_weight", "item_length", "item_width", "item_height")
_FLAGS = ("should_auto_renew", "is_taxable", "is_customizable", "is_supply")
_ONCE = re.compile("[%:&+]")


def when_made(year: int) -> tuple[str, ...]:
    """The values of `when_made` in a year: the first range ends with it, and vintage is what is 20 years old."""
    vintage = min(year, 2028) - 19
    recent = (f"2020_{year}", "2010_2019", f"{vintage}_2009")
    return (
        "made_to_order",
        *recent,
        f"before_{vintage}",
        f"2000_{vintage - 1}",
        *_DECADES,
        "1800s",
        "1700s",
        "before_1700",
    )


def blank_content() -> dict[str, Any]:
    """The fields of a listing of which nothing was said."""
    return {
        "title": "",
        "description": "",
        "shop_section_id": None,
        "featured_rank": -1,
        "is_taxable": True,
        "is_customizable": False,
        "listing_type": "physical",
        "tags": [],
        "materials": [],
        "style": [],
        "shipping_profile_id": None,
        "return_policy_id": None,
        "processing_min": None,
        "processing_max": None,
        "who_made": None,
        "when_made": None,
        "is_supply": None,
        **dict.fromkeys(_MEASURES),
        "item_weight_unit": None,
        "item_dimensions_unit": None,
        "should_auto_renew": False,
        "taxonomy_id": None,
        "production_partner_ids": [],
    }


class ListingForm:
    """Reads what a call sends of a listing. Raises 400 at the first field that is wrong."""

    def __init__(self, limits: Limits, seller: Seller, year: int) -> None:
        self._limits = limits
        self._seller = seller
        self._readers: dict[str, Callable[[str, str], Any]] = {
            "title": self._title,
            "description": _text,
            "who_made": _one_of(WHO_MADE),
            "when_made": _one_of(when_made(year)),
            "taxonomy_id": _node,
            "shipping_profile_id": self._profile,
            "return_policy_id": self._known("return policy", lambda id: id in seller.policies),
            "shop_section_id": self._known("shop section", lambda id: id in seller.sections),
            "tags": self._tags,
            "materials": self._words("materials", "material_length"),
            "styles": self._words("styles", "style_length"),
            "item_weight_unit": _one_of(("", *_WEIGHTS)),
            "item_dimensions_unit": _one_of(("", *_LENGTHS)),
            "type": _one_of(TYPES),
            "processing_min": _number_or_none,
            "processing_max": _number_or_none,
            "featured_rank": _number_or_none,
            "production_partner_ids": self._partners,
            **dict.fromkeys(_MEASURES, _measure),
            **dict.fromkeys(_FLAGS, flag_of),
        }

    def read(self, form: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
        """The fields of `blank_content` that were sent, and the names that Etsy takes no notice of."""
        names = {"styles": "style", "type": "listing_type"}
        found = {names.get(name, name): read(name, form[name]) for name, read in self._readers.items() if name in form}
        return found, sorted(form.keys() - self._readers.keys())

    def price(self, text: str) -> Decimal:
        return price_of(self._limits, text, "price")

    def _title(self, name: str, text: str) -> str:
        if not text.strip():
            raise invalid("Title is required.")
        if len(text) > self._limits.number("title_length"):
            raise invalid(f"The title must have at most {self._limits.number('title_length')} characters.")
        _refuse_characters(name, text, _IN_TITLES, "™©®")
        signs = _ONCE.findall(text)
        if len(signs) != len(set(signs)):
            raise invalid("You can only use the %, :, & and + characters once each in a title.")
        return text

    def _tags(self, name: str, text: str) -> list[str]:
        tags = split(text)
        if len(tags) > self._limits.number("tags"):
            raise invalid(f"A listing has at most {self._limits.number('tags')} tags.")
        for tag in tags:
            if len(tag) > self._limits.number("tag_length"):
                raise invalid(f"The tag '{tag}' has more than {self._limits.number('tag_length')} characters.")
            _refuse_characters(name, tag, _IN_WORDS, "-'™©®")
        return tags

    def _words(self, most: str, length: str) -> Callable[[str, str], list[str]]:
        def read(name: str, text: str) -> list[str]:
            words = split(text)
            if len(words) > self._limits.number(most):
                raise invalid(f"A listing has at most {self._limits.number(most)} {name}.")
            for word in words:
                if len(word) > self._limits.number(length):
                    raise invalid(f"'{word}' in {name} has more than {self._limits.number(length)} characters.")
                _refuse_characters(name, word, _IN_WORDS, "")
            return words

        return read

    def _profile(self, name: str, text: str) -> int | None:
        profile_id = _number_or_none(name, text)
        found = self._seller.profiles.get(profile_id or 0)
        if profile_id is not None and (found is None or found.deleted):
            raise invalid("The shipping profile does not exist in this shop.")
        return profile_id

    def _known(self, what: str, there: Callable[[int], bool]) -> Callable[[str, str], int | None]:
        def read(name: str, text: str) -> int | None:
            number = _number_or_none(name, text)
            if number is not None and not there(number):
                raise invalid(f"The {what} does not exist in this shop.")
            return number

        return read

    def _partners(self, name: str, text: str) -> list[int]:
        if split(text):
            raise invalid("The production partner does not exist in this shop.")
        return []


def split(text: str) -> list[str]:
    """A list in a form."""
    return [part.strip() for part in text.split(",") if part.strip()]


def price_of(limits: Limits, given: Any, name: str) -> Decimal:
    """A price above zero, within bounds, with no more than two places. Raises 400 for any other."""
    try:
        price = Decimal(str(given))
    except InvalidOperation:
        price = Decimal("NaN")
    if isinstance(given, bool) or not price.is_finite():
        raise invalid(f"Expected float value for '{name}'")
    least, most = limits.amount("price_least"), limits.amount("price_most")
    if not least <= price <= most:
        raise invalid(f"The price must be between {least} and {most}.")
    if price != round(price, 2):
        raise invalid(f"The price {price} has more than two places.")
    return price.quantize(Decimal("0.01"))


def _refuse_characters(name: str, text: str, categories: tuple[str, ...], more: str) -> None:
    for sign in text:
        if sign not in more and not unicodedata.category(sign).startswith(categories):
            raise invalid(f"The {name} contain a character that is not allowed: {sign}")


def _text(name: str, text: str) -> str:
    if not text.strip():
        raise invalid(f"{name.capitalize()} is required.")
    return text


def _node(name: str, text: str) -> int:
    node_id = whole_of(name, text, least=1)
    if node_id not in NODES:
        raise invalid("The taxonomy_id is invalid.")
    return node_id


def _one_of(allowed: tuple[str, ...]) -> Callable[[str, str], str | None]:
    def read(name: str, text: str) -> str | None:
        if text not in allowed:
            raise invalid(f"Invalid value for '{name}': {text}")
        return text or None

    return read


def _number_or_none(name: str, text: str) -> int | None:
    return whole_of(name, text) or None if text else None


def _measure(name: str, text: str) -> float | None:
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        raise invalid(f"Expected float value for '{name}' (got string)") from None
    if number is not None and (not number.is_finite() or number <= 0):
        raise invalid(f"'{name}' must be greater than 0.")
    return None if number is None else float(number)
