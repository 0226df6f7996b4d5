"""Which members of a sales list are sent automatically, which wait and for what: pure functions of what is stored.

A member is sent at most once automatically. One that cannot go on sale now waits with its reason, and is looked at again when its
product changes, and by a timer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from listbridge.domain.catalog import Variant, Visibility
from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import JobId, VariantKey
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.lifecycle import RELINKED, WAITS_FOR_STOCK
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.listings.members import Export, Member
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem

LOST = timedelta(minutes=15)
"""A job that a member names and that is not there after so long was never made: its worker died before."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(hours=1), timedelta(hours=24)
_NEVER_SENT = frozenset({Status.NOT_ACTIVE, Status.ERROR})


class Next(StrEnum):
    """What happens to a member now."""

    SEND = "send"  # it is fit
    WAIT = "wait"  # for `reason`
    REST = "rest"  # it is under way: nobody touches it
    SETTLED = "settled"  # it was on sale: it is never sent automatically again
    DECLINED = "declined"  # a person refused: it is sent when one asks for it


@dataclass(frozen=True, slots=True)
class Looked:
    """A member as it was looked at, with its listings, and what happens now."""

    member: Member
    rows: tuple[Listing, ...]
    next: Next
    reason: Problem | None = None
    fingerprint: str = ""


def exports(sales_list: SalesList) -> bool:
    """Whether the list sends new items automatically."""
    return sales_list.auto_export and sales_list.auto_export_since is not None


def is_candidate(member: Member, sales_list: SalesList) -> bool:
    """Whether the member waits to be sent automatically: new, and come in since automatic sending was switched on last."""
    since = sales_list.auto_export_since
    return (
        member.inside
        and not member.backlog
        and member.export is Export.WAITING
        and since is not None
        and member.entered_at >= since
    )


def looked_at(
    member: Member,
    items: Sequence[Item],
    rows: Sequence[Listing],
    variants: Mapping[VariantKey, Variant],
    *,
    settings: str,
    blocked: Problem | None,
    job: JobState | None,
    asked: bool = False,
    now: datetime,
) -> Looked:
    """What happens to a member now.

    `settings` stands for all that the seller set and that a sending depends on, `blocked` is what keeps the whole list from
    it. `job` is the state of the job that the member
    names, None where there is no such job. `asked`: a person asked for this member, so that what an earlier job came to, a
    refusal or a failure, keeps it back no longer; or the worker goes on with what it began itself.
    """

    def then(next: Next, reason: Problem | None = None) -> Looked:
        return Looked(member, tuple(rows), next, reason, fingerprint)

    fingerprint = _fingerprint(rows, variants, settings)
    if any(row.status not in _NEVER_SENT and row.status is not Status.PENDING for row in rows):
        return then(Next.SETTLED)
    if any(row.status is Status.PENDING or _waits_otherwise(row) for row in rows):
        return then(Next.REST)
    if member.job is not None and not asked:
        if job in (JobState.REFUSED, JobState.CANCELLED):
            return then(Next.DECLINED)
        fresh = member.tried_at is not None and now - member.tried_at < LOST
        if job in (JobState.RUNNING, JobState.AWAITING_APPROVAL) or (job is None and fresh):
            return then(Next.REST)
    reason = blocked or _unfit(items, rows, variants)
    if reason is None and not asked and member.tried_with == fingerprint and now < _again_at(member):
        reason = next((row.hold for row in rows if row.hold is not None), Problem("send_failed", fix="send"))
    return then(Next.SEND) if reason is None else then(Next.WAIT, reason)


def given_to(looked: Looked, job: JobId, now: datetime) -> Member:
    """The member, while this job sends it. The backlog was asked for by a person: it is never tried again automatically."""
    return replace(
        looked.member,
        export=Export.SENT if looked.member.backlog else Export.WAITING,
        reason=None,
        job=job,
        tried_at=now,
        tried_with=looked.fingerprint,
        tries=looked.member.tries + 1,
    )


def asked_about(looked: Looked, job: JobId, reason: Problem, now: datetime) -> Member:
    """The member, while this job asks a person whether to send it."""
    return replace(looked.member, reason=reason, job=job, tried_at=now)


def after_look(looked: Looked) -> Member:
    """The member as it is kept where nothing is sent; the same where nothing changed."""
    member = looked.member
    if looked.next is Next.SETTLED:
        return replace(member, export=Export.SENT, reason=None, job=None)
    if looked.next is Next.DECLINED:
        return replace(member, export=Export.NONE, backlog=True, reason=None, job=None)
    if looked.next is Next.WAIT and member.export is Export.WAITING:
        return replace(member, reason=looked.reason, job=None)
    return member


def _again_at(member: Member) -> datetime:
    """What failed is tried again with a growing delay, though nothing changed here: the marketplace may have."""
    wait = min(_FIRST_WAIT * (1 << min(max(0, member.tries - 1), 8)), _LONGEST_WAIT)
    return (member.tried_at or member.entered_at) + wait


def _waits_otherwise(row: Listing) -> bool:
    """A person sent it already, and it goes on sale with the stock."""
    return row.hold is not None and row.hold.code in (WAITS_FOR_STOCK, RELINKED)


def _unfit(items: Sequence[Item], rows: Sequence[Listing], variants: Mapping[VariantKey, Variant]) -> Problem | None:
    """Why none of the product can be sent now; None where some of it can, the rest is left out with its reason."""
    if not rows:
        return next((item.problem for item in items if item.problem is not None), Problem("not_computed_yet"))
    shown = {one.visibility for row in rows if (one := variants.get(row.variant)) is not None}
    if Visibility.VISIBLE not in shown:
        return Problem("not_visible_yet", {"value": ", ".join(sorted(shown))}, "show_in_shop")
    problems = [row.computed.price_problem or row.computed.quantity_problem for row in rows]
    if all(problems):
        return problems[0]
    if all(row.computed.quantity is None and row.computed.at is None for row in rows):
        return Problem("not_computed_yet")
    left = [row for row, problem in zip(rows, problems, strict=True) if problem is None]
    return Problem(WAITS_FOR_STOCK, fix="restock") if all(not row.computed.quantity for row in left) else None


def _fingerprint(rows: Sequence[Listing], variants: Mapping[VariantKey, Variant], settings: str) -> str:
    contents = sorted({one.content_hash for row in rows if (one := variants.get(row.variant)) is not None})
    return "|".join([settings, *contents])
