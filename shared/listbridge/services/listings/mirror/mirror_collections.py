"""Read who is in a sales list's collections, a page at a time, and let the list follow (protocol.md#membership).

Nothing leaves because a page did not show it: of what no page of a reading showed, the shop is asked product by product. Who
leaves is then counted as a set before anything is done to a listing; above the account's limit the whole set waits for
approval, and so do the members of a collection that the shop no longer has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, SalesList, SalesListMode, Shop
from listbridge.domain.ids import CollectionId, JobId, ProductId, SalesListId, ShopId, new_id
from listbridge.domain.job_params import MirrorParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.members import Member, Reading, leaves, shown_in, told_of, unseen
from listbridge.domain.ports import Conflict, Lease, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.observe_shop import numbered
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.guard import judge_set
from listbridge.services.listings.mirror.membership import Membership

MOST_MEMBERS = 50_000
"""Products of one list. More would be read, counted and shown by nobody in a time that anybody waits."""
_PAGE = 500
_SOONEST_S, _LATEST_S = 3600, 24 * 3600
_PRODUCTS_PER_STEP = 1000
"""A list is read every hour for each thousand products it has, every day at the latest: it finds what no delivery tells, and
reading writes a row for each product."""
_APART_S = 15
"""How long after a reading that a delivery brought about the next such reading begins, for each thousand products: a seller
who fills a collection by hand causes a delivery for each product."""
_TRIES = 5
Step = Callable[[PublishDeps, Job, Membership], Job]


def start_mirror(deps: CoreDeps, sales_list: SalesList, actor: str, *, epoch: int = 0, delay_s: int = 0) -> Job:
    """Begin to read the list's collections; the job runs automatically. `epoch` is the timer's right to it."""
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.MIRROR,
        account=sales_list.account,
        params=MirrorParams(sales_list=sales_list.id, epoch=epoch),
        phase="read",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id), delay_s=delay_s)
    return job


def mirror_if_due(deps: CoreDeps, sales_list: SalesList) -> bool:
    """Begin a reading unless one runs, or the last was finished recently; whether it was begun."""
    if _running(deps, sales_list) is not None:
        return False
    right = deps.leases.acquire(_right(sales_list), "mirror", seconds=_SOONEST_S)
    if right is None:
        return False
    start_mirror(deps, sales_list, "listbridge", epoch=right.epoch)
    return True


def mirror_soon(deps: CoreDeps, sales_list: SalesList, actor: str = "listbridge", *, at_once: bool = False) -> None:
    """Something changed: have the collections read, after what is read now. Many who ask cause one reading.

    `at_once` is for a person, who does not wait for other readings to lie back far enough.
    """
    for _ in range(_TRIES):
        running = _running(deps, sales_list)
        if running is None:
            break
        if not running.params_of(MirrorParams).start:
            if at_once:  # it waits its time, and a second message begins it: the first then finds it done
                deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=running.id))
            return
        with suppress(Conflict):  # it moves at this moment, and perhaps to its end: look again
            deps.jobs.save(running.with_params(again=True))
            # The worker that reads now finds the job changed under it, and leaves it to another.
            deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=running.id))
            return
    start_mirror(deps, sales_list, actor, delay_s=0 if at_once else _wait_s(deps, sales_list))


def lists_of(deps: CoreDeps, shop: ShopId) -> list[SalesList]:
    """The lists in collection mode that follow this shop's collections."""
    lists = [one for one in deps.configuration.all(SalesList) if one.mode is SalesListMode.COLLECTION]
    if not lists:
        return []
    accounts = {one.id for one in deps.configuration.all(Account) if one.shop == shop}
    return [one for one in lists if one.account in accounts]


def mirror_lists(deps: CoreDeps) -> int:
    """Begin to read the collections of every list whose last reading lies far enough back; how many were begun."""
    shops = [shop for shop in deps.configuration.all(Shop) if shop.state is ConnectionState.ACTIVE]
    return sum(mirror_if_due(deps, one) for shop in shops for one in lists_of(deps, shop.id))


def run_mirror_chunk(deps: PublishDeps, job: Job) -> Job:
    """Do the next chunk of a reading and save its progress. Raises RetryLater when the shop cannot answer now."""
    job = _begun(deps, job)
    try:
        of = Membership.of(deps, deps.configuration.get(SalesList, job.params_of(MirrorParams).sales_list))
    except Missing as error:
        return _failed(deps, job, Problem("not_found", {"kind": error.kind, "id": error.id}))
    try:
        return _STEPS[job.phase](deps, job, of)
    except Unauthorized as error:
        expire_shop(deps, of.shop, error.problem)
        return _failed(deps, job, error.problem)
    except RetryLater:
        raise
    except OutcomeUnknown as error:
        raise RetryLater(error.problem) from error
    except RemoteError as error:
        return _failed(deps, job, error.problem)


def _begun(deps: CoreDeps, job: Job) -> Job:
    """With the number of the reading: it comes before every page's, and is saved before the first is read."""
    params = job.params_of(MirrorParams)
    if params.start:
        return job
    try:
        sales_list = deps.configuration.get(SalesList, params.sales_list)
        shop = deps.configuration.get(Account, sales_list.account).shop
    except Missing:
        return job
    start = deps.counters.next(f"observation#{shop}")
    return deps.jobs.save(job.with_params(start=start, began=deps.clock.now()))


def _read(deps: PublishDeps, job: Job, of: Membership) -> Job:
    """A page of the collection that is read now: who is in it is put into the list."""
    params = job.params_of(MirrorParams)
    left = [id for id in of.sales_list.collections if id not in (*params.read, *params.gone)]
    if not left:
        return deps.jobs.save(_known(deps, job, of).model_copy(update={"phase": "ask", "cursor": ""}))
    collection = left[0]
    adapter = deps.shops.open(of.shop)
    observation, page = numbered(deps, of.shop.id, partial(adapter.members, collection, job.cursor or None))
    if page is None:
        job = job.with_params(gone=(*params.gone, collection))
        return deps.jobs.save(job.model_copy(update={"cursor": ""}))
    now = deps.clock.now()
    seen = partial(shown_in, collection=collection, number=observation.start, at=of.place, now=now)
    before = len(page.products)
    if params.products + before > MOST_MEMBERS:
        return _failed(deps, job, too_large(of.sales_list, MOST_MEMBERS))
    members = of.learn(page.products, seen)
    entered = of.settle(members)
    job = job.with_params(products=params.products + before, entered=params.entered + entered)
    update: dict[str, object] = {"cursor": page.cursor or "", "done": params.products + before}
    update["total"] = max(job.total, params.products + (page.total or before))
    if page.cursor is None:
        job = job.with_params(read=(*params.read, collection))
    return deps.jobs.save(job.model_copy(update=update))


def _known(deps: PublishDeps, job: Job, of: Membership) -> Job:
    """Every collection was read to its end: what a later reading shows for the first time has come since."""
    params = job.params_of(MirrorParams)
    if params.began is None:
        return job
    reading = Reading(params.start, params.began)
    for _ in range(_KEEP_TRIES):
        mirror = deps.members.known(of.sales_list.id)
        newer = {id for id, one in mirror.complete.items() if one.number > params.start}
        complete = {**mirror.complete, **dict.fromkeys(set(params.read) - newer, reading)}
        complete = {id: one for id, one in complete.items() if id in of.sales_list.collections}
        try:
            deps.members.save_known(replace(mirror, complete=complete))
        except Conflict:
            continue
        return job
    raise Conflict(of.sales_list.id)


_KEEP_TRIES = 12


def _ask(deps: PublishDeps, job: Job, of: Membership) -> Job:
    """Ask the shop for the members that no page showed. What it has gone from is learned, and nothing done yet."""
    params = job.params_of(MirrorParams)
    rows, following = deps.members.of_list(of.sales_list.id, job.cursor or None, _PAGE)
    ask_about(deps, of, [row.product for row in rows if unseen(row, params.start)], frozenset(params.gone))
    return deps.jobs.save(job.model_copy(update={"cursor": following or "", "phase": "ask" if following else "count"}))


def ask_about(
    deps: PublishDeps, of: Membership, products: Sequence[ProductId], gone: frozenset[CollectionId] = frozenset()
) -> list[Member]:
    """Ask the shop in which of the list's collections these products are, and save it; the members as they are now.

    Of a collection that the shop no longer has (`gone`, or as it turns out) nothing is learned: the members that it had leave
    only with approval. Raises RemoteError.
    """
    if not products:
        return []
    asked = frozenset(of.sales_list.collections) - gone
    adapter = deps.shops.open(of.shop)
    observation, told = numbered(deps, of.shop.id, partial(adapter.collections_of, products, asked))
    rows = deps.members.get_many(of.sales_list.id, products).values()
    missed = {id for row in rows if row.inside for id in (asked & row.collections.keys()) - told[row.product]}
    asked -= {id for id in sorted(missed) if adapter.collection(id) is None}
    return of.learn(products, _told(told, asked, observation.start, of))


def _told(
    told: Mapping[ProductId, frozenset[CollectionId]], asked: frozenset[CollectionId], number: int, of: Membership
) -> Callable[[Member | None, ProductId], Member | None]:
    now = of.deps.clock.now()

    def change(member: Member | None, product: ProductId) -> Member | None:
        return told_of(member, product, told[product] & asked, asked, number, of.place, now)

    return change


def _leaving(rows: Sequence[Member], of: Membership, gone: frozenset[CollectionId]) -> list[Member]:
    return [row for row in rows if goes(row, of, gone)]


def goes(member: Member, of: Membership, gone: frozenset[CollectionId]) -> bool:
    """Whether a member leaves: known to be in none of the list's collections, those that are gone not counted."""
    there = {id: read for id, read in member.collections.items() if id not in gone}
    return leaves(replace(member, collections=there), of.place)


def _count(deps: PublishDeps, job: Job, of: Membership) -> Job:
    """How many leave, page by page, and how many live listings with them; at the end the guard judges."""
    params = job.params_of(MirrorParams)
    gone = frozenset(params.gone)
    rows, following = deps.members.of_list(of.sales_list.id, job.cursor or None, _PAGE)
    leaving = _leaving(rows, of, gone)
    orphans = [row for row in leaving if not leaves(row, of.place)]
    affected = job.affected + len(of.live_among(leaving))
    job = job.with_params(leaving=params.leaving + len(leaving), orphans=params.orphans + len(orphans))
    job = job.model_copy(update={"affected": affected, "cursor": following or ""})
    if following:
        return deps.jobs.save(job)
    judgement = judge_set(deps, {of.account.id: affected})
    waits = judgement.waits or job.params_of(MirrorParams).orphans > 0
    _end_older_questions(deps, job)
    if waits:
        told = job.params_of(MirrorParams)
        facts = {"list": of.sales_list.name, "products": str(told.leaving), "affected": str(affected)}
        event = "collections_gone_wait" if told.orphans else "leaving_waits"
        deps.activity.note(ActivityEntry(job.id, event, deps.clock.now(), facts, of.account.id))
    update: dict[str, object] = {
        "phase": "apply",
        "live": judgement.live,
        "state": JobState.AWAITING_APPROVAL if waits else JobState.RUNNING,
    }
    return deps.jobs.save(job.model_copy(update=update))


def _apply(deps: PublishDeps, job: Job, of: Membership) -> Job:
    """Release the members that leave, as things are now: one that has returned meanwhile stays, and what has left since the
    count goes only in place of it."""
    params = job.params_of(MirrorParams)
    gone = frozenset(params.gone) if params.orphans else frozenset()
    rows, following = deps.members.of_list(of.sales_list.id, job.cursor or None, _PAGE)
    job, going = _within_count(deps, job, of, _leaving(rows, of, gone))
    went = of.release([row.product for row in going], lambda member: goes(member, of, gone))
    # Also what a worker released that died before it came to the listings.
    of.settle([row for row in rows if not row.inside])
    job = job.with_params(left=params.left + went).model_copy(update={"cursor": following or ""})
    if following:
        return deps.jobs.save(job)
    _rest(deps, job, of)
    told = job.params_of(MirrorParams)
    facts = {"list": of.sales_list.name, "products": str(told.products), "entered": str(told.entered)}
    facts["left"] = str(told.left)
    deps.activity.note(ActivityEntry(of.sales_list.id, "mirror_done", deps.clock.now(), facts, of.account.id))
    done = deps.jobs.save(job.ended(deps.clock.now()))
    if told.again:
        start_mirror(deps, of.sales_list, "listbridge", delay_s=_wait_s(deps, of.sales_list, told.products))
    return done


def _within_count(deps: CoreDeps, job: Job, of: Membership, leaving: Sequence[Member]) -> tuple[Job, Sequence[Member]]:
    """Those that may go: no more live listings leave than were judged, or approved. The rest is counted by another reading."""
    params = job.params_of(MirrorParams)
    released, going = params.released + len(of.live_among(leaving)), leaving
    if released > job.affected:
        released, going = params.released, []
        for member in leaving:
            live = len(of.live_among([member]))
            if released + live <= job.affected:
                released, going = released + live, [*going, member]
    again = params.again or len(going) < len(leaving)
    if (released, again) != (params.released, params.again):
        job = deps.jobs.save(job.with_params(released=released, again=again))
    return job, going


_STEPS: Mapping[str, Step] = {"read": _read, "ask": _ask, "count": _count, "apply": _apply}


def leaving_page(
    deps: PublishDeps, job: Job, cursor: str | None, most: int
) -> tuple[list[Listing], SalesList, str | None]:
    """Live listings that an approved reading would release, among the next `most` members. Raises NotACursor, Missing."""
    params = job.params_of(MirrorParams)
    of = Membership.of(deps, deps.configuration.get(SalesList, params.sales_list))
    rows, following = deps.members.of_list(of.sales_list.id, cursor, most)
    found = of.live_among(_leaving(rows, of, frozenset(params.gone)))
    return sorted(found, key=lambda row: row.key), of.sales_list, following


def too_large(sales_list: SalesList, most: int) -> Problem:
    """Why so many products cannot be one list's."""
    return Problem("collection_too_large", {"list": sales_list.name, "most": str(most)}, "choose_smaller_collections")


def _rest(deps: CoreDeps, job: Job, of: Membership) -> None:
    """Everything was read: the timer's next reading is as far off as the list is long."""
    params = job.params_of(MirrorParams)
    steps = math.ceil(params.products / _PRODUCTS_PER_STEP)
    right = Lease(_right(of.sales_list), "mirror", params.epoch, deps.clock.now())
    with suppress(Conflict):  # a reading that was asked for has no right to prolong
        deps.leases.renew(right, seconds=max(_SOONEST_S, min(_LATEST_S, steps * _SOONEST_S)))


def _right(sales_list: SalesList) -> str:
    return f"mirror#{sales_list.id}"


def _wait_s(deps: CoreDeps, sales_list: SalesList, products: int = 0) -> int:
    """How long the next reading that a delivery asks for has to wait; a queue delays no longer than a quarter of an hour."""
    apart = min(900, _APART_S * max(1, math.ceil(products / _PRODUCTS_PER_STEP)))
    free = deps.leases.acquire(f"mirror-asked#{sales_list.id}", "mirror", seconds=apart) is not None
    return 0 if free and not products else apart


def _running(deps: CoreDeps, sales_list: SalesList) -> Job | None:
    """As it is now: the index that finds it may still show one that has just ended."""
    mine = [one.id for one in deps.jobs.unfinished(_PAGE, JobState.RUNNING) if _is_of_list(one, sales_list.id)]
    return next((job for job in map(deps.jobs.get, mine) if job.state is JobState.RUNNING), None)


def _is_of_list(job: Job, sales_list: SalesListId) -> bool:
    return job.kind is JobKind.MIRROR and job.params_of(MirrorParams).sales_list == sales_list


def _end_older_questions(deps: CoreDeps, job: Job) -> None:
    """This reading has counted who leaves, and asks for approval where it has to: what an older one asked about the same list is
    out of date."""
    mine = job.params_of(MirrorParams)
    for old in deps.jobs.unfinished(_PAGE, JobState.AWAITING_APPROVAL):
        if not _is_of_list(old, mine.sales_list) or old.params_of(MirrorParams).start >= mine.start:
            continue
        update = {"state": JobState.REFUSED, "reason": Problem("superseded"), "finished_at": deps.clock.now()}
        with suppress(Conflict):  # somebody decides at this very moment
            deps.jobs.save(old.model_copy(update=update))


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(job.ended(deps.clock.now(), problem))
