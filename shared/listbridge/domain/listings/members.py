"""The products of a sales list in collection mode: which of its collections each is in, since when, and whether it is new.

Pure functions: a member and what a reading of the shop showed in, the member as it is then out. Each reading has a number of
the shop's counter, taken before it (protocol.md#observations). A reading never takes back what a later one showed, so that
the members come out the same in whatever order deliveries, sweeps and edits arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import CollectionId, JobId, ProductId, SalesListId, ShopId
from listbridge.domain.problem import Problem
from listbridge.domain.word import Word


class Export(Word):
    """How far the automatic sending of a member is."""

    NONE = "none"  # nothing has sent it automatically, and nothing is waiting to
    WAITING = "waiting"  # it is sent as soon as it is fit: `reason` says what is missing
    SENT = "sent"  # it was sent automatically once; it never is again


@dataclass(frozen=True, slots=True)
class Member:
    """One product of one sales list, by the list's collections. Those that left are kept: what returns is not new."""

    sales_list: SalesListId
    shop: ShopId
    product: ProductId
    entered_at: datetime
    """When it came in last (UTC)."""
    collections: Mapping[CollectionId, int] = field(default_factory=dict)
    """Which of the list's collections it is in, each with the number of the reading that showed it there last."""
    read: int = 0
    """The number of the last reading that spoke of all the list's collections."""
    backlog: bool = False
    """Not new: it was there when its collection was chosen or when automatic sending was switched on, or it has returned."""
    left_at: datetime | None = None
    """When it left the last of the list's collections (UTC); None while it is in the list."""
    shelved: bool = False
    """Its variants are in the list, as far as anybody took it there and not out again, or a listing of it is to be ended yet.
    Where this differs from `inside`, something is left to do."""
    export: Export = Export.NONE
    reason: Problem | None = None
    """What `waiting` waits for; None before it was looked at, and while its job runs."""
    job: JobId | None = None
    """The job that sends it, or that asks a person whether to."""
    tried_at: datetime | None = None
    """When it was given to that job (UTC)."""
    tried_with: str = ""
    """A fingerprint of what was sent of it last, content and settings: what failed is tried again at once with another."""
    tries: int = 0
    """How often it was sent and did not go on sale."""
    rev: int = 0

    @property
    def inside(self) -> bool:
        """It is in the list."""
        return self.left_at is None


@dataclass(frozen=True, slots=True)
class Reading:
    """A complete reading of one collection: its number, and when it began (UTC)."""

    number: int
    began: datetime


@dataclass(frozen=True, slots=True)
class Mirror:
    """How far a sales list knows its collections: the last complete reading of each, none of those never read to the end."""

    sales_list: SalesListId
    complete: Mapping[CollectionId, Reading] = field(default_factory=dict)
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where members come to: a sales list, its shop, and how far its collections are known."""

    sales_list: SalesList
    shop: ShopId
    mirror: Mirror

    def is_new(self, seen: Mapping[CollectionId, int]) -> bool:
        """Whether what was never seen in the list before is a new item, when these readings show it in these collections.

        It is new only if it would have been seen otherwise: after each of these collections was chosen, and after automatic
        sending was switched on, a complete reading of it began and did not show it.
        """
        since = self.sales_list.auto_export_since
        if since is None or not seen:
            return False
        for id, number in seen.items():
            known, chosen = self.mirror.complete.get(id), self.sales_list.attached.get(id)
            if known is None or chosen is None or known.began < max(since, chosen) or known.number >= number:
                return False
        return True


def shown_in(
    member: Member | None, product: ProductId, collection: CollectionId, number: int, at: Place, now: datetime
) -> Member:
    """A page of a collection showed the product. It says nothing about other collections."""
    if member is None:
        return _entered(None, at, product, {collection: number}, 0, now)
    if member.collections.get(collection, -1) >= number or member.read > number:
        return member
    seen = {**member.collections, collection: number}
    if not member.inside:
        return _entered(member, at, product, seen, member.read, now)
    return replace(member, collections=seen)


def told_of(
    member: Member | None,
    product: ProductId,
    collections: Set[CollectionId],
    asked: Set[CollectionId],
    number: int,
    at: Place,
    now: datetime,
) -> Member | None:
    """The shop was asked for this one product, and said which of the `asked` collections it is in.

    A member that is in none of them any more is still in the list: who leaves is decided apart (`leaves`, `left`). None: it
    was never in the list, and is not in one of its collections.
    """
    if member is not None and member.read >= number:
        return member
    before = member.collections if member is not None else {}
    kept = {id: read for id, read in before.items() if read > number or id not in asked}
    seen = {**dict.fromkeys(sorted(collections), number), **kept}
    if member is not None and (member.inside or not seen):
        return replace(member, collections=seen, read=number)
    return _entered(member, at, product, seen, number, now) if seen else None


def leaves(member: Member, at: Place) -> bool:
    """Whether a member that is in the list is known to be in none of its collections."""
    return member.inside and not any(id in at.sales_list.collections for id in member.collections)


def unseen(member: Member, since: int) -> bool:
    """Whether no reading since the one of this number showed the member in any collection, or spoke of it."""
    return member.inside and member.read < since and all(read < since for read in member.collections.values())


def left(member: Member, now: datetime) -> Member:
    """It is out of the list. What waited to be sent automatically waits no longer."""
    export = Export.NONE if member.export is Export.WAITING else member.export
    return replace(member, left_at=now, collections={}, export=export, reason=None, job=None)


def _entered(
    member: Member | None, at: Place, product: ProductId, seen: Mapping[CollectionId, int], read: int, now: datetime
) -> Member:
    if member is not None:
        # What it left behind may be on its way out yet: it is put into the list in any case.
        return replace(member, collections=seen, read=read, entered_at=now, backlog=True, left_at=None, shelved=False)
    # A new item waits from the same write on: nobody who dies after it can leave it unsent.
    new = at.is_new(seen)
    export = Export.WAITING if new else Export.NONE
    return Member(at.sales_list.id, at.shop, product, now, seen, read, backlog=not new, export=export)
