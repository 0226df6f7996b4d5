"""What a `PATCH` may carry: JSON merge patches (RFC 7396), one for each kind of document.

A patch names only what it changes, at any depth, so every field may be absent. Null removes an optional field, or sets
it back to its default; whether a field can do without is the document's own say, once the patch is merged in.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt

from listbridge.admin.schemas import ID, Body
from listbridge.domain.configuration import Name, OnLeave, PriceMode, QuantityMode
from listbridge.domain.ids import CollectionId, LocationId, ProfileId, ShopId, Site

NEEDED: Any = Field(default=None)
"""Of a field that may be absent but not null: no document is without it, and a switch has no default to go back to."""
_EARLIER: Any = Field(default=None, deprecated=True)


class Patch(Body):
    """The root of all merge patches."""

    rev: int | None = None
    """The version that was edited: when a newer one is stored, the answer is 409; absent, it is not compared."""

    def changes(self) -> dict[str, Any]:
        """The patch as it was sent, without `rev`."""
        return self.model_dump(exclude_unset=True, exclude={"rev"})


class QuantityRulePatch(Body):
    """Changes of a quantity rule. A value that the new mode does not take must be removed with null."""

    mode: QuantityMode | None = None
    value: StrictInt | None = None
    untracked_quantity: StrictInt | None = None
    sell_without_stock: StrictBool | None = None


class PriceRulePatch(Body):
    """Changes of a price rule. A value that the new mode does not take must be removed with null."""

    mode: PriceMode | None = None
    value: Decimal | None = None
    ratio: Decimal | None = None


class RulesPatch(Body):
    """Changes of rules. Null removes a rule: from then on the next level's counts."""

    quantity: QuantityRulePatch | None = None
    price: PriceRulePatch | None = None


class GuardLimitsPatch(Body):
    """Changes of the guard's limits; null is the default."""

    share: Decimal | None = None
    count: StrictInt | None = None
    window_s: StrictInt | None = None
    zero_limit: StrictInt | None = None


class ShopPatch(Patch):
    """An edit of a shop: a proposal, counted before it is applied."""

    name: Name = NEEDED
    locations: tuple[Annotated[LocationId, ID], ...] | None = None
    settings: dict[str, Any] | None = None


class AccountPatch(Patch):
    """An edit of an account: a proposal, counted before it is applied."""

    name: Name = NEEDED
    shop: Annotated[ShopId, ID] = NEEDED
    sites: tuple[Annotated[Site, ID], ...] | None = None
    settings: dict[str, Any] | None = None
    auto_quantity: StrictBool = NEEDED
    auto_price: StrictBool = NEEDED
    create_orders: StrictBool = NEEDED
    import_orders: StrictBool = _EARLIER
    """The earlier name of `create_orders`: use that one."""
    relay_fulfillments: StrictBool = NEEDED
    observe: StrictBool = NEEDED
    publish_limit: StrictInt | None = None
    guard: GuardLimitsPatch | None = None
    rules: RulesPatch | None = None


class ProfilePatch(Patch):
    """An edit of a rule set: a proposal, counted before it is applied."""

    name: Name = NEEDED
    rules: RulesPatch | None = None


class CreationProfilePatch(Patch):
    """An edit of a creation profile; settings as the marketplace's creation schema says."""

    name: Name = NEEDED
    settings: dict[str, Any] | None = None


class SalesListPatch(Patch):
    """An edit of a sales list: a proposal, counted before it is applied. Null removes a profile."""

    name: Name = NEEDED
    profile: Annotated[ProfileId, ID] | None = None
    creation_profile: Annotated[ProfileId, ID] | None = None
    auto_quantity: StrictBool | None = None
    auto_price: StrictBool | None = None
    collections: tuple[Annotated[CollectionId, ID], ...] = NEEDED
    on_leave: OnLeave = NEEDED
    auto_export: StrictBool = NEEDED
    rules: RulesPatch | None = None
