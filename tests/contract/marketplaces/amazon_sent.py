"""What was sent to Amazon of its items, in the order in which it was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from listbridge.domain.ports import Processing, Published, PublishRequest
from listbridge.infra.calls.connection import Connection
from listbridge.marketplaces.amazon.adapter import open_adapter
from tests.contract.marketplaces.staged_amazon import AmazonStage

_SENDS = ("putListingsItem", "patchListingsItem", "deleteListingsItem")


@dataclass(frozen=True)
class Sent:
    """One call that writes an item, or previews that."""

    operation: str
    sku: str
    preview: bool
    body: Mapping[str, Any]
    saved: Mapping[str, str]
    """The progress when it left."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Those that it names."""
        if self.operation == "patchListingsItem":
            return {one["path"].rpartition("/")[2]: one["value"] for one in self.body["patches"]}
        return dict(self.body.get("attributes", {}))


@dataclass
class Watch:
    """Everything that a stage sends from now on."""

    stage: AmazonStage
    all: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage.hook = self._seen

    def _seen(self, event: str) -> None:
        when, _, operation = event.partition(" ")
        request = self.stage.last
        if when != "before" or operation not in _SENDS or request is None:
            return
        url = urlsplit(request.url or "")
        body = json.loads(request.body or b"{}")
        preview = "mode" in parse_qs(url.query)
        saved = dict(self.stage.desk.progress) if self.stage.desk is not None else {}
        self.all.append(Sent(operation, unquote(url.path.rpartition("/")[2]), preview, body, saved))

    @property
    def real(self) -> list[Sent]:
        """Those that are no preview."""
        return [one for one in self.all if not one.preview]


def opened(stage: AmazonStage, **settings: Any) -> Any:
    """The adapter alone, that answers before a submission is decided."""
    stage.open()
    connection: Connection = stage.connection(**settings)
    return open_adapter(connection)


def follow(stage: AmazonStage, adapter: Any, request: PublishRequest, after: timedelta) -> Published | Processing:
    """What became of it after some time."""
    from listbridge.domain.ports import FollowRequest

    assert stage.desk is not None
    stage.clock.advance(after.total_seconds())
    answer: Published | Processing = adapter.follow(FollowRequest(request.site, request.variants, stage.desk.progress))
    return answer
