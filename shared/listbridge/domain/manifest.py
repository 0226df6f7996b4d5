"""What an adapter says about itself: read by the registry, the console and the services, without importing the adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import Site
from listbridge.domain.ports import MarketplaceTraits, ShopTraits
from listbridge.domain.rules.bounds import Bounds

SLIDING = "sliding"
"""In place of a zone: no day begins, every call counts for 24 hours."""


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """One limit of a platform (protocol.md#budgets).

    `operations` are patterns of the adapter's operation names (`*` matches all). `rate` is calls per second until the platform says another (`Budget.learn`), `burst` how many may go at once after a
    pause. `day_quota` is calls per day: per calendar day in `day_zone` (IANA name), or in any 24 hours where the zone is
    `SLIDING`. `in_flight` is how many may be under way at once. `scope` says who shares it: all accounts on one app, or one
    account. `told` is False where the platform's answers tell of another limit for the same operation.
    """

    name: str
    scope: Literal["app", "account"]
    operations: tuple[str, ...]
    rate: float
    burst: int
    day_quota: int | None = None
    day_zone: str = "UTC"
    in_flight: int | None = None
    window_s: float | None = None
    """The platform counts the calls of its last so many seconds, and refuses one above `rate` times these: a process sends them at even
    distances."""
    told: bool = True


@dataclass(frozen=True, slots=True)
class MarketplaceManifest:
    """A marketplace adapter's card. `traits_of` and `bounds_of` fit what is true in general to one account, by its settings
    and by the facts that it told about itself."""

    slug: str
    label: str
    api_version: str
    docs: str
    capabilities: frozenset[str]
    traits: MarketplaceTraits
    sites: Mapping[Site, Bounds]
    budgets: tuple[BudgetSpec, ...] = ()
    traits_of: Callable[[MarketplaceTraits, Account], MarketplaceTraits] = lambda traits, account: traits
    bounds_of: Callable[[Bounds, Account], Bounds] = lambda bounds, account: bounds
    app_key: str = "client_id"
    """The field of the secret that names the app: accounts with the same one share the limits of scope `app`."""
    action_words: Mapping[str, str] = field(default_factory=dict)
    """The marketplace's own words for actions, by action; what is not here goes by ours."""


@dataclass(frozen=True, slots=True)
class ShopManifest:
    """A shop adapter's card. `traits_of` fits what is true in general to one shop, by its settings and the facts it told."""

    slug: str
    label: str
    api_version: str
    docs: str
    capabilities: frozenset[str]
    traits: ShopTraits
    budgets: tuple[BudgetSpec, ...] = ()
    traits_of: Callable[[ShopTraits, Shop], ShopTraits] = lambda traits, shop: traits
    app_key: str = "client_id"
    """As `MarketplaceManifest.app_key`."""
