"""The sellers: what belongs to an account rather than to an item or an order."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Seller:
    """A selling account of one region. `name` is ours, for deeds and journal; `seller_id` is Amazon's.

    `sites` are the marketplace ids where they sell; `pii` says whether the app holds the roles for buyers' personal data.
    `brands` are those that they may sell though a restriction stands; `exempt` from product identifiers (GTIN exemption).
    """

    name: str
    seller_id: str
    region: str
    sites: list[str]
    refresh_token: str
    pii: bool = True
    store_name: str = ""
    suspended_in: set[str] = field(default_factory=set)
    exempt: bool = True
