"""What one write to the marketplace does to a listing: it begins, and is taken, refused, lost or decided later
(protocol.md#attempts).

Pure functions, as in `ledger`. Between `begun` and its outcome an attempt stands on the row: only who holds it may
say what came of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.listings import unseen_sales
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.ledger import (
    awaits_look,
    due_fields,
    later,
    refreshed,
    rests,
    update_failed,
    urgent,
    value_computed,
)
from listbridge.domain.listings.listing import NOTHING, Attempt, LedgerField, Listing, PutOff, Values
from listbridge.domain.problem import Problem
from listbridge.domain.waiting import REVISIONS

MAX_ATTEMPTS = 60
"""Tries in a row before a listing stops with a hold. With waits that grow to a quarter of an hour they last half a day,
so that an outage of the marketplace's makes no failure of every listing. Zeros are tried forever."""


class NotOurAttempt(Exception):
    """Somebody else's attempt stands on the listing: this caller's outcome must not be recorded."""


def begun(
    listing: Listing,
    attempt_id: str,
    fields: frozenset[LedgerField],
    values: Values,
    *,
    settle_s: float,
    fence: int,
    now: datetime,
    lost_until: datetime | None = None,
) -> Listing:
    """Make *accepted* unknown and put our attempt in place, before the call that carries the values.

    An attempt that still stands here was never recorded, for its worker died, or is still being decided: its outcome is
    unknown and must settle. One that may be applied after this one stays on the listing as overtaken. `lost_until` is how
    long this call may be applied if its answer is lost, where that is longer than `settle_s`.
    """
    settle_at, overtaken = listing.settle_at, listing.overtaken
    prior = listing.accepted
    if listing.attempt is not None and listing.attempt.ticket and listing.attempt.yields_below is not None:
        overtaken, prior = replace(listing.attempt, prior=NOTHING), NOTHING
    elif listing.attempt is not None:
        settle_at = later(settle_at, now + timedelta(seconds=settle_s))
        if listing.attempt.look_at is not None:
            settle_at = later(settle_at, listing.attempt.look_at)
        prior = NOTHING
    before = unseen_sales.expected(listing)
    attempt = Attempt(
        id=attempt_id,
        fields=fields,
        values=values,
        prior=prior.only(fields),
        started_at=now,
        on_sale=before,
        look_at=lost_until,
    )
    new = replace(
        unseen_sales.begun(unseen_sales.written_unread(listing, before, values.quantity, now), values.quantity),
        attempt=attempt,
        settle_at=settle_at,
        overtaken=overtaken,
        on_sale=_higher(before, values.quantity),
        sent=listing.sent.merged(values, fields, now),
        accepted=listing.accepted.merged(NOTHING, fields, listing.accepted.at),
        taken=listing.taken.merged(NOTHING, fields, listing.taken.at),
        fence=max(fence, listing.fence),
        put_off=None,
        hold=None if rests(listing) else listing.hold,
        # Counted once: a repeat of the same values is not another change. A field kept back is still to be counted.
        guard_passed=listing.guard_passed or due_fields(listing) <= fields,
    )
    return refreshed(new, now)


def accepted(listing: Listing, attempt_id: str, now: datetime, *, settle_s: float) -> Listing:
    """The marketplace took the values of this attempt.

    While an earlier outcome is still unsettled or undecided the acceptance does not count yet: that older call may land later.
    Until it cannot any more, the listing is looked at every `settle_s`.

    Raises:
        NotOurAttempt: another attempt stands on the listing.
    """
    attempt = _own_attempt(listing, attempt_id)
    waiting = listing.job if listing.demanded else None
    on_sale = _higher(listing.on_sale, attempt.values.quantity)
    new = unseen_sales.written_unread(listing, attempt.on_sale, attempt.values.quantity, now)
    new = replace(new, attempt=None, attempts=0, failures=0, not_before=None, job=waiting, on_sale=on_sale)
    if listing.overtaken is not None:
        taken = listing.overtaken.prior.merged(attempt.values, attempt.fields, now)
        overtaken = replace(listing.overtaken, prior=taken)
        new = replace(new, overtaken=overtaken, not_before=overtaken.look_at)
    elif listing.settle_at is not None:
        taken = listing.taken.merged(attempt.values, attempt.fields, now)
        new = replace(new, taken=taken)
        if awaits_look(new):
            new = replace(new, not_before=min(listing.settle_at, now + timedelta(seconds=settle_s)))
    else:
        # A sale seen during the call took the quantity from its fields: it came before the call was applied, or after.
        sure = LedgerField.QUANTITY in attempt.fields
        new = replace(
            new,
            on_sale=attempt.values.quantity if sure else on_sale,
            accepted=listing.accepted.merged(attempt.values, attempt.fields, now),
            demanded=listing.demanded - attempt.fields,
        )
    new = refreshed(new, now)
    return replace(new, guard_passed=new.guard_passed and new.due_band is not None)


def submitted(
    listing: Listing, attempt_id: str, ticket: str, look_at: datetime, now: datetime, *, yields_below: int | None = None
) -> Listing:
    """The marketplace has taken the call in and decides later: the attempt stays, and `look_at` is when to ask.

    It is none of the tries. What moved meanwhile does not wait for the answer, but for what `yields_below` keeps back.

    Raises:
        NotOurAttempt: another attempt stands on the listing.
    """
    attempt = replace(_own_attempt(listing, attempt_id), ticket=ticket, look_at=look_at)
    if yields_below is not None:
        attempt = replace(attempt, yields_below=yields_below)
    new = replace(listing, attempt=attempt)
    return refreshed(replace(new, not_before=look_at if awaits_outcome(new) else None), now)


def undecided(listing: Listing) -> Attempt | None:
    """The submission to ask for: the one that stands, else the one that it overtook."""
    stands = listing.attempt is not None and listing.attempt.ticket
    return listing.attempt if stands else listing.overtaken


def asked_again(listing: Listing, attempt_id: str, look_at: datetime, now: datetime) -> Listing:
    """What was overtaken is still undecided: `look_at` is when to ask next.

    Raises:
        NotOurAttempt: it was decided meanwhile.
    """
    overtaken = replace(_overtaken(listing, attempt_id), look_at=look_at)
    return refreshed(replace(listing, overtaken=overtaken, not_before=look_at), now)


def overtaken_decided(listing: Listing, attempt_id: str, now: datetime) -> Listing:
    """What was overtaken is decided, one way or the other: whatever it wrote is written over once more.

    Raises:
        NotOurAttempt: it was decided meanwhile.
    """
    fields = _overtaken(listing, attempt_id).fields
    accepted = listing.accepted.merged(NOTHING, fields, listing.accepted.at)
    return refreshed(replace(listing, overtaken=None, accepted=accepted, not_before=None), now)


def overtaken_unrecorded(listing: Listing, attempt: Attempt, now: datetime) -> Listing:
    """A submission that may be applied after later calls was made, and another attempt stands in its place by now."""
    new = replace(listing, overtaken=attempt, accepted=listing.accepted.merged(NOTHING, attempt.fields, now))
    return refreshed(new, now)


def _overtaken(listing: Listing, attempt_id: str) -> Attempt:
    if listing.overtaken is None or listing.overtaken.id != attempt_id:
        raise NotOurAttempt(attempt_id)
    return listing.overtaken


def _kept_back(listing: Listing) -> bool | None:
    """Whether an undecided submission keeps back what is due, because it may be applied later; None where there is none."""
    attempt = listing.attempt
    later = attempt if attempt is not None and attempt.ticket else None
    first = listing.overtaken or later
    if first is None or first.yields_below is None:
        return None
    quantity = listing.computed.quantity
    taken = {listing.overtaken.prior.quantity} if listing.overtaken is not None else set()
    return not urgent(listing, first.yields_below) or quantity in taken | (
        {later.values.quantity} if later is not None else set()
    )


def awaits_outcome(listing: Listing) -> bool:
    """Whether all that may go was submitted already: then there is something to ask for, and nothing to send.

    What the call left out had a reason to stay behind (a zero goes without its price, a sale is unseen, the guard waits): until
    it moves it waits for the answer, or the same call would be made again and again.
    """
    kept_back = _kept_back(listing)
    if kept_back is not None:
        return kept_back
    attempt, computed_at = listing.attempt, listing.computed.at
    if attempt is None or not attempt.ticket:
        return False
    due = due_fields(listing)
    stayed = {field for field in due if attempt.values.of(field) is None}
    if stayed and (computed_at is None or computed_at > attempt.started_at):
        return False
    # A sale takes the quantity from the fields of a call under way.
    return all(
        field in attempt.fields and attempt.values.of(field) == value_computed(listing, field) for field in due - stayed
    )


def nothing_to_send(listing: Listing) -> bool:
    """Whether all that is due was sent already: then the marketplace is asked, or looked at."""
    return awaits_outcome(listing) or awaits_look(listing)


def heard_of(listing: Listing, now: datetime) -> Listing:
    """The marketplace says that something happened to the listing: what was submitted is asked for now."""
    asked = undecided(listing)
    if asked is None:
        # An older call may have landed.
        return refreshed(replace(listing, not_before=None), now) if awaits_look(listing) else listing
    forward = replace(asked, look_at=now)
    new = replace(listing, overtaken=forward) if asked is listing.overtaken else replace(listing, attempt=forward)
    return refreshed(replace(new, not_before=None), now)


def not_applied(
    listing: Listing,
    attempt_id: str,
    *,
    retry_at: datetime,
    counts: bool,
    now: datetime,
    problem: Problem | None = None,
    limit: Problem | None = None,
) -> Listing:
    """The call certainly changed nothing: what was accepted before still is. Try again at `retry_at`.

    With `counts` it is one of the tries; when they are used up the update has failed, except a zero's, which never does. `limit`
    names a spent limit that is back at that time.

    Raises:
        NotOurAttempt: another attempt stands on the listing.
    """
    attempt = _own_attempt(listing, attempt_id)
    new = replace(
        listing,
        attempt=None,
        accepted=_given_back(listing, attempt),
        on_sale=_on_sale_as_before(listing, attempt),
        attempts=listing.attempts + (1 if counts else 0),
        not_before=retry_at,
        put_off=None if limit is None else PutOff(retry_at, limit),
    )
    return _given_up(refreshed(new, now), problem, now)


def failed(listing: Listing, *, retry_at: datetime, problem: Problem, now: datetime) -> Listing:
    """A try ended before any call that could change a value: it is one of the tries, and nothing else is known of it."""
    new = replace(listing, attempts=listing.attempts + 1, not_before=later(listing.not_before, retry_at))
    return _given_up(refreshed(new, now), problem, now)


def _given_up(listing: Listing, problem: Problem | None, now: datetime) -> Listing:
    """The listing, its update failed when its tries are used up; a zero's never does."""
    if listing.attempts < MAX_ATTEMPTS or listing.due_band is Band.ZERO:
        return listing
    return update_failed(listing, problem or Problem("no_answer"), now)


def _given_back(listing: Listing, attempt: Attempt) -> Values:
    """What was accepted before the attempt, but for fields that a person demands: those are sent whatever was."""
    fields = attempt.fields - listing.demanded
    return listing.accepted.merged(attempt.prior, fields, listing.accepted.at)


def _on_sale_as_before(listing: Listing, attempt: Attempt) -> int | None:
    """As before a call that changed nothing; while an older one may still land, the higher number stands."""
    unsure = listing.settle_at is not None or attempt.on_sale is None
    return listing.on_sale if unsure else attempt.on_sale


def unknown(
    listing: Listing,
    attempt_id: str,
    *,
    settle_s: float,
    retry_at: datetime,
    now: datetime,
    problem: Problem | None = None,
) -> Listing:
    """Nobody knows whether the call was applied: *accepted* stays unknown until a read-back after `settle_s`.

    It is one of the tries, as in `not_applied`.

    Raises:
        NotOurAttempt: another attempt stands on the listing.
    """
    attempt = _own_attempt(listing, attempt_id)
    settle_at = later(listing.settle_at, now + timedelta(seconds=settle_s))
    if attempt.look_at is not None and not attempt.ticket:
        settle_at = later(settle_at, attempt.look_at)
    new = replace(
        unseen_sales.written_unread(listing, attempt.on_sale, attempt.values.quantity, settle_at),
        attempt=None,
        attempts=listing.attempts + 1,
        settle_at=settle_at,
        not_before=retry_at,
    )
    return _given_up(refreshed(new, now), problem, now)


def refused(listing: Listing, attempt_id: str, problem: Problem, now: datetime) -> Listing:
    """The marketplace refused these data: it waits until a value moves, a person acts, or the time has come to try again.

    Raises:
        NotOurAttempt: another attempt stands on the listing.
    """
    attempt = _own_attempt(listing, attempt_id)
    new = replace(
        listing,
        attempt=None,
        accepted=_given_back(listing, attempt),
        on_sale=_on_sale_as_before(listing, attempt),
        demanded=frozenset(),
    )
    return update_failed(new, problem, now)


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after this many tries in a row: 2 s doubling to a quarter of an hour."""
    return timedelta(seconds=REVISIONS.after(attempts))


def _own_attempt(listing: Listing, attempt_id: str) -> Attempt:
    if listing.attempt is None or listing.attempt.id != attempt_id:
        raise NotOurAttempt(attempt_id)
    return listing.attempt


def _higher(first: int | None, second: int | None) -> int | None:
    return max((one for one in (first, second) if one is not None), default=None)
