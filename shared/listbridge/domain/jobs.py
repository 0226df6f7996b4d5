"""A job: the record behind every action, with progress and a result for each item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from listbridge.domain.ids import AccountId, JobId
from listbridge.domain.job_params import (
    ActionParams,
    AdditionParams,
    AdoptionParams,
    ChoiceParams,
    DriftParams,
    EditParams,
    ExportParams,
    InventoryParams,
    JobParams,
    LinkingParams,
    MappingParams,
    MirrorParams,
    SweepParams,
)
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.listings.inventory import InventoryLine
from listbridge.domain.planned_change import PlannedChange
from listbridge.domain.problem import Problem
from listbridge.domain.word import Word, reading_is_of_stored


class JobKind(Word):
    """What a job does."""

    SEND = "send"
    REVISE_QUANTITY = "revise_quantity"
    REVISE_PRICE = "revise_price"
    REVISE = "revise"
    FULL_REVISE = "full_revise"
    ALIGN = "align"
    STOP = "stop"
    RELIST = "relist"
    STOP_AND_REMOVE = "stop_and_remove"
    REMOVE = "remove"
    LINK = "link"
    UNLINK = "unlink"
    SET_CATALOGUE_ID = "set_catalogue_id"
    ADOPT = "adopt"
    INVENTORY = "inventory"
    LINK_INVENTORY = "link_inventory"
    MAP_SKU = "map_sku"
    ADD_ITEMS = "add_items"
    ADD_CHOSEN = "add_chosen"
    EXPORT = "export"
    CONFIGURATION = "configuration"
    SWEEP = "sweep"
    MIRROR = "mirror"
    DRIFT = "drift"
    RECOMPUTE = "recompute"
    RELEASE_GUARDED = "release_guarded"


_Params = TypeVar("_Params", bound=JobParams)
_PARAMS: Mapping[JobKind, type[JobParams]] = {
    **dict.fromkeys(JobKind, ActionParams),
    JobKind.ADOPT: AdoptionParams,
    JobKind.INVENTORY: InventoryParams,
    JobKind.LINK_INVENTORY: LinkingParams,
    JobKind.MAP_SKU: MappingParams,
    JobKind.ADD_ITEMS: AdditionParams,
    JobKind.ADD_CHOSEN: ChoiceParams,
    JobKind.EXPORT: ExportParams,
    JobKind.CONFIGURATION: EditParams,
    JobKind.SWEEP: SweepParams,
    JobKind.MIRROR: MirrorParams,
    JobKind.DRIFT: DriftParams,
    JobKind.RECOMPUTE: JobParams,
    JobKind.RELEASE_GUARDED: JobParams,
}


class JobState(Word):
    """How far a job is."""

    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"  # the guard counted too many changes: somebody must approve
    DONE = "done"  # nothing failed; what there was nothing to do for is counted as skipped
    PARTLY = "partly"  # something failed, and something succeeded
    FAILED = "failed"  # it failed as a whole, or nothing succeeded
    REFUSED = "refused"  # somebody refused it: nothing was changed
    CANCELLED = "cancelled"  # somebody stopped it: what was not begun was left out


def ended_state(done: int, failed: int) -> JobState:
    """How a job ends whose items are all dealt with."""
    if not failed:
        return JobState.DONE
    return JobState.PARTLY if done else JobState.FAILED


class Outcome(Word):
    """What became of one item."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class JobEntry(BaseModel):
    """One item of a job: a listing key or a product id, and what became of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    item: str
    outcome: Outcome = Outcome.WAITING
    reason: Problem | None = None
    at: datetime | None = None
    change: PlannedChange | None = None
    """Of an action that only tells what it would do: what that is."""
    foreign: ForeignListing | None = None
    """Of a job that adopts: what the item is, and what keeps it from being adopted."""
    line: InventoryLine | None = None
    """Of a job that reads an inventory: what the item is, and which variant it stands for."""


class Decision(BaseModel):
    """What somebody decided about a job that waited."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    approved: bool
    """Whether they approved it."""
    by: str
    """Who decided."""
    at: datetime
    """When, UTC."""
    why: str = ""
    """Why, in their own words; empty when they gave no reason."""


class Job(BaseModel):
    """Progress of an action. Counts are of entries, or of listings looked at; a job is over when none waits."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    id: JobId
    kind: JobKind
    account: AccountId | None = None
    state: JobState = JobState.RUNNING
    total: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    affected: int = 0
    """Of a configuration job: how many live listings would be zeroed, ended, published or repriced."""
    live: int = 0
    """Of a configuration job: how many listings of the accounts concerned are live."""
    calls: int = 0
    """Of an action that only tells what it would do: how many calls would change something on the marketplace."""
    fees: int = 0
    """How often the marketplace would charge its listing fee."""
    params: SerializeAsAny[JobParams] = Field(default_factory=JobParams)
    cursor: str = ""
    phase: str = ""
    created_by: str = ""
    created_at: datetime
    finished_at: datetime | None = None
    reason: Problem | None = None
    decision: Decision | None = None
    """What became of its waiting; None while it waits, and for one that never did."""
    rev: int = 0

    @model_validator(mode="before")
    @classmethod
    def _params_of_its_kind(cls, told: Any) -> Any:
        """What was stored says nothing of its type: the kind does."""
        if isinstance(told, Mapping) and not isinstance(params := told.get("params", {}), JobParams):
            kind = _PARAMS.get(told.get("kind", ""), JobParams)
            try:
                return {**told, "params": kind.model_validate(params)}
            except ValidationError:
                if not reading_is_of_stored():
                    raise
                # Of another version: it is shown and kept as it is, and fails for the worker alone that would carry it on.
                return {**told, "params": JobParams.model_validate(params)}
        return told

    def params_of(self, kind: type[_Params]) -> _Params:
        """What a job of this kind carries. Raises TypeError for a job of another: a bug of ours."""
        if not isinstance(self.params, kind):
            raise TypeError(f"a job of kind {self.kind} carries {type(self.params).__name__}, not {kind.__name__}")
        return self.params

    def with_params(self, **changes: object) -> Job:
        """The same job, which carries these values from now on."""
        return self.model_copy(update={"params": self.params.model_copy(update=changes)})

    def ended(self, at: datetime, reason: Problem | None = None) -> Job:
        """The same job, over since then (UTC): done, or failed where there is a reason why nothing more is begun."""
        state = JobState.DONE if reason is None else JobState.FAILED
        return self.model_copy(update={"state": state, "reason": reason or self.reason, "finished_at": at})

    @property
    def rehearsal(self) -> bool:
        """It tells what it would do: the account only observed when this action was asked for, or it is a dry run."""
        return isinstance(self.params, ActionParams) and bool(self.params.rehearsal)

    @property
    def dry_run(self) -> bool:
        """Nothing at all is done, not even what writes nothing on the marketplace."""
        return isinstance(self.params, ActionParams) and bool(self.params.dry_run)

    @property
    def over(self) -> bool:
        """Nothing more is begun. What was under way when the job was cancelled still ends, and is counted then."""
        return self.state not in (JobState.RUNNING, JobState.AWAITING_APPROVAL)

    @property
    def waiting(self) -> int:
        """Items without an outcome; of a job that is over they were left out."""
        return max(0, self.total - self.done - self.failed - self.skipped)
