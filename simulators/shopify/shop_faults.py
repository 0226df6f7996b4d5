"""The faults of this shop: those of API calls and those of webhooks, planned through one door."""

from __future__ import annotations

from typing import Any

from simulators.faults import Fault, FaultPlan, Fields

API_VENDOR = frozenset({"throttled", "internal_error", "token_expired", "stale_read", "late", "user_error"})
WEBHOOK_VENDOR = frozenset({"drop", "duplicate", "delay", "reorder"})
_BODIES: dict[str, Fields] = {"user_error": {"field": list | None, "code": str | None, "message": str}}
_WEBHOOK = "webhook:"


def user_error_of(fault: Fault) -> dict[str, Any]:
    """The user error that a `user_error` fault makes orderCreate or orderCancel answer: its `body`, or a plain INVALID."""
    return {"field": ["order"], "code": "INVALID", "message": "Refused"} | (fault.body or {})


class ShopFaults(FaultPlan):
    """Faults whose operation begins with `webhook:` go to `webhooks`, all others strike API calls (`*` too).

    A webhook suffers vendor faults and statuses only; another kind is refused with ValueError.
    """

    def __init__(self) -> None:
        super().__init__(API_VENDOR, _BODIES)
        self.webhooks = FaultPlan(WEBHOOK_VENDOR)

    def add(self, *faults: Fault) -> None:
        of_webhooks = [fault for fault in faults if fault.operation.startswith(_WEBHOOK)]
        for fault in of_webhooks:
            if fault.kind not in ("vendor", "status"):
                raise ValueError(f"a webhook suffers no fault of kind {fault.kind!r}, only vendor and status")
        self.webhooks.refuse_unplayed(*of_webhooks)
        super().add(*[fault for fault in faults if fault not in of_webhooks])
        self.webhooks.add(*of_webhooks)

    def clear(self) -> None:
        super().clear()
        self.webhooks.clear()

    def waiting(self) -> int:
        return super().waiting() + self.webhooks.waiting()
