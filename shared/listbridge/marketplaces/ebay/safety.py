"""Who made a product, who answers for it in the EU, and what warns of it: the settings for the General Product Safety Regulation.

Lengths and numbers are those of sell_inventory 1.18.4 (Manufacturer, ResponsiblePerson, ProductSafety).
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from listbridge.domain.written_as import WrittenAs

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
"""The id of a pictogram or of a statement."""
EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
NEEDED_OF_ADDRESS = ("address_line1", "city", "postal_code", "country")
"""Of an address that is given at all (25110, 25113)."""


class Contact(BaseModel):
    """A manufacturer, or a responsible person in the EU. `country` is ISO 3166-1, two letters."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    company_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        title="Company"
    )
    address_line1: Text = Field(default="", max_length=180, title="Street")
    address_line2: Text = Field(default="", max_length=180, title="Second line of the address")
    city: Text = Field(default="", max_length=64, title="City")
    state_or_province: Text = Field(default="", max_length=64, title="State or province")
    postal_code: Text = Field(default="", max_length=9, title="Postal code")
    country: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        WrittenAs(r"^([A-Z]{2})?$", "a country's two capital letters, such as DE"),
    ] = Field(default="", title="Country, two letters")
    email: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=180),
        WrittenAs(r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", "an e-mail address"),
    ] = Field(default="", title="E-mail")
    phone: Text = Field(default="", max_length=64, title="Telephone")
    contact_url: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=250),
        WrittenAs(r"^(https?://[^\s/]+\.[^\s]+)?$", "a web address that begins with https://"),
    ] = Field(default="", title="Web address for contact")

    @property
    def missing_of_address(self) -> tuple[str, ...]:
        """What an address that is begun still needs."""
        given = (*NEEDED_OF_ADDRESS, "address_line2", "state_or_province")
        if not any(getattr(self, name) for name in given):
            return ()
        return tuple(name for name in NEEDED_OF_ADDRESS if not getattr(self, name))

    @property
    def reachable(self) -> bool:
        """There is an address, an e-mail, a web address or a telephone (25118, 25119)."""
        return bool(self.address_line1 or self.email or self.contact_url or self.phone)

    @property
    def in_eu(self) -> bool:
        return self.country in EU


DrawnContact = Annotated[Contact, WithJsonSchema(Contact.model_json_schema())]
"""The same in a form, which has no references: what draws it need not follow any."""
