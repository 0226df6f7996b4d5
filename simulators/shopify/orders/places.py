"""What Shopify checks of an address and of a mail address, for the countries that the tests and the demo ship to.

A region that the country does not have and a postcode of another form are refused; words as in recorded answers ("State is not a
valid state in United States", API 2026-04). Countries that are not here have no regions and any postcode. Sources: ISO 3166-2,
and each post's own form of its codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Complaint = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Country:
    """`zone` is what its regions are called; without `zones` it has none, and any code is let pass."""

    name: str
    zone: str = "Province"
    code: str = "Postal code"
    form: str = ""
    zones: frozenset[str] = field(default_factory=frozenset)


def _zones(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTRIES: dict[str, Country] = {
    "US": Country(
        "United States",
        "State",
        "ZIP code",
        r"\d{5}(-\d{4})?",
        _zones(
            "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
            "RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI UM FM MH PW AA AE AP"
        ),
    ),
    "CA": Country(
        "Canada",
        "Province",
        "Postal code",
        r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
        _zones("AB BC MB NB NL NS NT NU ON PE QC SK YT"),
    ),
    "AU": Country("Australia", "State/territory", "Postcode", r"\d{4}", _zones("ACT NSW NT QLD SA TAS VIC WA")),
    "GB": Country("United Kingdom", "Region", "Postcode", r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"),
    "DE": Country("Germany", form=r"\d{5}"),
    "FR": Country("France", form=r"\d{5}"),
    "AT": Country("Austria", form=r"\d{4}"),
    "CH": Country("Switzerland", form=r"\d{4}"),
    "NL": Country("Netherlands", form=r"\d{4} ?[A-Z]{2}"),
}
_NO_MAIL = ("invalid", "test", "localhost", "local")
"""Top-level domains that nobody can have (RFC 2606, RFC 6762). Not `example`: the simulated marketplaces' buyers have it."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def about_address(address: dict[str, Any]) -> Iterator[Complaint]:
    """What is wrong with an address, by the field that Shopify stores."""
    country = COUNTRIES.get(address.get("countryCode") or "")
    if country is None:
        return
    zone, postcode = address.get("provinceCode"), address.get("zip")
    if zone and country.zones and zone not in country.zones:
        yield "province", f"{country.zone} is not a valid {country.zone.lower()} in {country.name}"
    if postcode and country.form and not re.fullmatch(country.form, postcode.strip().upper()):
        yield "zip", f"{country.code} is not valid for {country.name}"


def about_mail(email: str) -> str | None:
    """What is wrong with a mail address, if anything."""
    if not _EMAIL.fullmatch(email):
        return "Email is invalid"
    return "Email contains an invalid domain name" if email.rsplit(".", 1)[-1].lower() in _NO_MAIL else None
