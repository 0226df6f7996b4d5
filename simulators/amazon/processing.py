"""What feeds and reports have in common: each waits in a queue, is worked on in Amazon's own time, and ends with a document or without.

Sources: official models feeds_2021-06-30 and reports_2021-06-30, whose `Feed` and `Report` differ in names alone.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from simulators.amazon.errors import invalid, not_found
from simulators.amazon.histories import history
from simulators.amazon.wire import Call
from simulators.kit.times import iso
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.documents import Document
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

Ending = Literal["DONE", "FATAL", "CANCELLED"]
_MOST_MARKETPLACES = 25


@dataclass(slots=True)
class Task:
    """One feed or report. `kind` is what Amazon calls its type."""

    NAME: ClassVar[str]
    RESULT: ClassVar[str]
    """What Amazon calls the id of the document that it ends with."""

    id: str
    seller: Seller
    kind: str
    marketplace_ids: list[str]
    created_at: datetime
    status: str = "IN_QUEUE"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Document | None = None

    def told(self) -> dict[str, Any]:
        told = self._named() | {"marketplaceIds": list(self.marketplace_ids), "createdTime": iso(self.created_at)}
        if self.started_at:
            told["processingStartTime"] = iso(self.started_at)
        if self.ended_at:
            told["processingEndTime"] = iso(self.ended_at)
        return told

    def end(self, world: World, ending: Ending, at: datetime) -> None:
        """It is over, and those that subscribed to that are told."""
        self.status, self.ended_at = ending, at
        whose = {"sellerId": self.seller.seller_id, "accountId": f"amzn1.merchant.o.{self.seller.seller_id}"}
        world.notifications.publish(
            f"{self.NAME.upper()}_PROCESSING_FINISHED",
            self.seller.seller_id,
            {f"{self.NAME}ProcessingFinishedNotification": whose | self._named()},
        )

    def _named(self) -> dict[str, Any]:
        told = {f"{self.NAME}Id": self.id, f"{self.NAME}Type": self.kind, "processingStatus": self.status}
        if self.result:
            told[self.RESULT] = self.result.document_id
        return told


AnyTask = TypeVar("AnyTask", bound=Task)


class Processing(abc.ABC, Generic[AnyTask]):
    """Every seller's feeds, or every seller's reports, by their ids, oldest first. `pages`: see `history`."""

    def __init__(self, world: World, task: type[AnyTask], last_id: int) -> None:
        self._world = world
        self._task = task
        self.by_id: dict[str, AnyTask] = {}
        self.pages: dict[str, list[str]] = {}
        self._last_id = last_id

    def of(self, seller: Seller, id: str) -> AnyTask:
        """A task of this seller. Raises 404."""
        task = self.by_id.get(id)
        if task is None or task.seller is not seller:
            raise not_found(f"The {self._task.NAME} {id} was not found.")
        return task

    def cancel(self, task: AnyTask) -> None:
        """Raises 400 for one that is no longer in the queue."""
        if task.status != "IN_QUEUE":
            raise invalid(f"The {self._task.NAME} {task.id} is {task.status} and cannot be cancelled.")
        task.end(self._world, "CANCELLED", self._world.now())

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _queue(self, task: AnyTask, queue_s: float, work_s: float) -> AnyTask:
        """Let it wait, and be worked on, for so many simulated seconds."""
        self.by_id[task.id] = task
        for seconds, step in ((queue_s, self._start), (queue_s + work_s, self._finish)):
            self._world.postpone(seconds, partial(step, task, self._world.pace.after(task.created_at, seconds)))
        return task

    def history(self, call: Call) -> Reply:
        """See `histories.history`. Raises 400."""
        name = self._task.NAME
        return history(self._world, call, self.by_id, self.pages, rows=f"{name}s", types=f"{name}Types")

    @abc.abstractmethod
    def _start(self, task: AnyTask, at: datetime) -> None:
        """Its turn has come, unless it was cancelled."""

    @abc.abstractmethod
    def _finish(self, task: AnyTask, at: datetime) -> None:
        """The work is done, unless there was none."""


def marketplaces_in(call: Call) -> list[str]:
    """The `marketplaceIds` of a body. Raises 400 for none, too many or unknown ones, and 403 for where the seller does not sell."""
    given = call.json().get("marketplaceIds")
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_MARKETPLACES:
        raise invalid("marketplaceIds is a list of 1 to 25 ids")
    call.refuse_foreign(given)
    return list(given)


def document_told(world: World, call: Call, task: type[Task]) -> Reply:
    """A document of the seller's, by the id in the path. Raises 404."""
    name = f"{task.NAME}DocumentId"
    document = world.documents.of(call.seller.seller_id, call.parameters[name])
    if document is None:
        raise not_found(f"The {task.NAME} document was not found.")
    return Reply(200, world.documents.told(call, document, name))
