"""What a shop can be asked about its collections: which there are, and which products are in them.

Some shops call them categories. Their members are read and never worked out: a collection may be filled by rules that only
the shop knows.
"""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from listbridge.domain.ids import CollectionId, ProductId


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection. `rule_based` is None where the shop does not tell its kind, `members` where it does not count."""

    id: CollectionId
    name: str
    rule_based: bool | None = None
    members: int | None = None


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """A page of a shop's collections; `cursor` None says that it was the last page."""

    collections: tuple[Collection, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of the products of one collection; `total` is the shop's own count where it gives one."""

    products: tuple[ProductId, ...]
    cursor: str | None = None
    total: int | None = None


class ShopCollections(Protocol):
    """A shop's collections. All errors are `RemoteError`s."""

    def collections(self, cursor: str | None) -> CollectionPage:
        """A page of all collections of the shop, in an order of the shop's."""

    def collection(self, id: CollectionId) -> Collection | None:
        """One collection; None is the shop's positive word that it has none of that id."""

    def members(self, id: CollectionId, cursor: str | None) -> MemberPage | None:
        """A page of a collection's products; None is the shop's positive word that it has no such collection."""

    def collections_of(
        self, products: Sequence[ProductId], among: AnyOf[CollectionId]
    ) -> Mapping[ProductId, frozenset[CollectionId]]:
        """Of each product, in which of these collections it is now. A product that the shop does not have is in none."""
