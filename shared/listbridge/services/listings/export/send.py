"""Give members to jobs that send them.

The member is marked first, with the job's id, then the job is made, then its messages go out. A worker that dies in between
leaves a member whose job is missing, which is given to another after a while, or a job without messages, which the timer of
standing jobs carries on: nothing is left unsent, and nothing is given to two jobs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId, JobId, ProductId, new_id
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind
from listbridge.domain.listings.exporting import Looked, given_to
from listbridge.domain.ports import Conflict
from listbridge.domain.work import PublishKind
from listbridge.services.deps import CoreDeps
from listbridge.services.listings.act.act_on_listings import ROWS_PER_CALL
from listbridge.services.listings.act.publish_products import publish_products
from listbridge.services.listings.export.look import Exporter

_DAY_S = 86_400
NOBODY = "listbridge"
"""Who began a job that no person began."""


def allowance(deps: CoreDeps, account: AccountId, limit: int, wanted: int, now: datetime) -> int:
    """How many of so many products may still be sent automatically today (UTC); these are counted at once.

    A worker that dies before it sends them leaves them taken: the limit is never passed for that.
    """
    if wanted == 0:
        return 0
    before = sent_today(deps, account, now, add=wanted) - wanted
    allowed = min(wanted, max(0, limit - before))
    if allowed < wanted:
        sent_today(deps, account, now, add=allowed - wanted)
    return allowed


def sent_today(deps: CoreDeps, account: AccountId, now: datetime, *, add: int = 0) -> int:
    """How many products of the account were sent automatically today (UTC), these among them."""
    name = f"export#{account}"
    if add:
        return deps.counters.add(name, add, window_s=_DAY_S, now=now)
    return deps.counters.current(name, window_s=_DAY_S, now=now)


def send_members(exporter: Exporter, looked: Sequence[Looked], actor: str, name: str = "") -> set[ProductId]:
    """Begin to send these members, in as few jobs as hold them; returns the products that were given to a job, without those
    whose members somebody changed meanwhile.

    `name` makes the jobs' ids: a worker that repeats what another began meets that one's jobs.
    """
    sent = set[ProductId]()
    for number, part in enumerate(_parts(looked)):
        sent |= _send(exporter, part, JobId(f"{name}{number}") if name else JobId(new_id("job")), actor)
    return sent


def _parts(looked: Sequence[Looked]) -> Iterator[list[Looked]]:
    part: list[Looked] = []
    rows = 0
    for one in looked:
        if part and rows + len(one.rows) > ROWS_PER_CALL:
            yield part
            part, rows = [], 0
        part.append(one)
        rows += len(one.rows)
    if part:
        yield part


def _send(exporter: Exporter, part: Sequence[Looked], id: JobId, actor: str) -> set[ProductId]:
    deps, sales_list, now = exporter.deps, exporter.sales_list, exporter.deps.clock.now()
    marked = deps.members.save_many([given_to(one, id, now) for one in part])
    mine = [one for one in part if one.member.product in marked]
    if not mine:
        return set()
    job = Job(
        id=id,
        kind=JobKind.SEND,
        account=exporter.account.id,
        created_by=actor,
        created_at=now,
        params=ActionParams(sales_list=sales_list.id),
    )
    entries = [JobEntry(item=str(row.key)) for one in mine for row in one.rows]
    with suppress(Conflict):  # a worker before us made it, and died
        deps.jobs.create(job, entries)
    publish_products(deps, PublishKind.SEND, job, [row for one in mine for row in one.rows])
    params = {"list": sales_list.name, "products": str(len(mine)), "listings": str(len(entries))}
    deps.activity.note(ActivityEntry(id, "export_started", now, params, exporter.account.id, actor))
    return set(marked)
