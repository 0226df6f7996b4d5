"""What publishing asks a marketplace with, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import ListingKey, ProductId, RemoteId, Site, Sku, VariantId
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.verdicts import RemoteError


@dataclass(frozen=True, slots=True)
class PublishVariant:
    """One variant to publish: its listing's key and ids so far, and the shop's facts."""

    key: ListingKey
    variant: VariantId
    offer: RemoteId | None
    remote: RemoteId | None
    catalogue_id: str = ""
    """The product of the marketplace's catalogue that a person chose for it."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """One product for one site. Quantities and prices are not here: they are read inside a unit lease."""

    product: ProductFacts
    variants: tuple[PublishVariant, ...]
    site: Site
    creation: CreationProfile
    group: RemoteId


class UnitWrite(Protocol):
    """Inside a lease on write units: the values to send, read within it."""

    values: Mapping[Sku, Values]
    """By SKU, this site's computed quantity and price; no quantity where the marketplace keeps the stock."""

    highest_quantity: Mapping[Sku, int]
    """By SKU, the highest computed quantity over the account's sites."""

    shown: Mapping[Sku, Values]
    """By SKU, what buyers are shown: by the read that was made for this write, else by what the marketplace took last. Absent where
    that is not certain."""

    def check(self) -> None:
        """Call before each request: renews the lease for it. Raises RetryLater when the lease was lost."""

    def accept(self, sku: Sku) -> None:
        """The marketplace took the SKU's values."""

    def lose(self, sku: Sku) -> None:
        """Nobody knows what the marketplace took of the SKU, whatever becomes of the others."""


class PublishSteps(Protocol):
    """What the publish service lends an adapter while it publishes."""

    @property
    def progress(self) -> Mapping[str, str]:
        """Everything saved so far, by this worker and by those before it."""

    def save(self, **ids: str) -> None:
        """Persist before the next call. Raises RetryLater when another worker took over."""

    def forget(self, *names: str) -> None:
        """Persist that these are no longer true."""

    def unit(self, *skus: Sku) -> AbstractContextManager[UnitWrite]:
        """A lease on the SKUs' write unit, with the attempt recorded; what is not accepted when it closes is judged by
        the exception that closed it (unknown, or not applied)."""

    def resumed(self) -> bool:
        """True when an earlier worker may have made calls that it could not record."""


@dataclass(frozen=True, slots=True)
class Published:
    """What is live now: remote ids by SKU, and the SKUs that the marketplace left out with its reason."""

    remote: RemoteId
    offers: Mapping[Sku, RemoteId]
    group: RemoteId | None = None
    left_out: Mapping[Sku, RemoteError] | None = None
    url: str = ""
    fee: Money | None = None
    """What the marketplace charged for it, whether it sells or not (`MarketplaceTraits.listing_fee`)."""


@dataclass(frozen=True, slots=True)
class Processing:
    """The marketplace has taken a publishing in and decides later; what is known of it so far.

    `look_at` (UTC) is when to ask. From the remote id on, zeros are sent although nothing is live yet.
    """

    look_at: datetime
    remote: RemoteId | None = None
    offers: Mapping[Sku, RemoteId] = field(default_factory=dict)
    group: RemoteId | None = None
    left_out: Mapping[Sku, RemoteError] = field(default_factory=dict)
    """What it did not take in, with its reason."""


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """A publishing that was taken in: its listings with their ids so far, and everything that it saved."""

    site: Site
    variants: tuple[PublishVariant, ...]
    progress: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PublishingRun:
    """One product's own publishing, which goes on among those of others: what is asked, and what is lent for it."""

    request: PublishRequest
    steps: PublishSteps


class PublishesTogether(Protocol):
    """How products without variations are put on sale several at once, of one site. Each keeps its own steps and leases, and
    what is refused of one stops no other."""

    def absent(self, skus: Collection[Sku]) -> frozenset[Sku]:
        """Those of these SKUs under which the account certainly has nothing, by fewer calls than one for each. Raises
        RemoteError."""

    def publish(
        self, runs: Sequence[PublishingRun], more: Callable[[], bool]
    ) -> Mapping[ProductId, Published | RemoteError]:
        """What became of each product, as `MarketplaceAdapter.publish` tells or raises it.

        `more` is asked before each further group of calls. A product that is not in the answer is to be published on its own:
        nobody asked for more, or its group was refused without a word about which of them is to blame.
        """
