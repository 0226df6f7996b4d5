"""Where notifications go, and who asked for which of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulators.amazon.errors import invalid

QUEUED: dict[str, tuple[str, ...]] = {
    "ORDER_CHANGE": ("1.0",),
    "FEED_PROCESSING_FINISHED": ("1.0", "2020-09-04"),
    "REPORT_PROCESSING_FINISHED": ("1.0", "2020-09-04"),
}
"""The types that go to an SQS queue, each with its payload versions. The schemas know 2020-09-04 alone; what sellers have received
says 1.0 (notifications of 2022 in public code), and public clients ask for that one."""
EVENT_BRIDGE: dict[str, tuple[str, ...]] = {
    "LISTINGS_ITEM_STATUS_CHANGE": ("1.0",),
    "LISTINGS_ITEM_ISSUES_CHANGE": ("1.0", "2023-12-13"),
    "LISTINGS_ITEM_MFN_QUANTITY_CHANGE": ("1.0",),
    "PRODUCT_TYPE_DEFINITIONS_CHANGE": ("1.0",),
}
"""The types that go to EventBridge alone."""
_CHANGES = frozenset({"BuyerRequestedChange", "DeliveryTipChange", "OrderStatusChange"})


@dataclass(frozen=True, slots=True)
class Destination:
    """A queue by its ARN, or an EventBridge account and region."""

    destination_id: str
    name: str
    arn: str = ""
    account_id: str = ""
    region: str = ""

    @property
    def address(self) -> str:
        """The queue's ARN, or the account's event source."""
        return self.arn or f"aws.partner/sellingpartnerapi.amazon.com/{self.account_id}"

    def resource(self) -> dict[str, Any]:
        if self.arn:
            return {"sqs": {"arn": self.arn}}
        return {"eventBridge": {"name": self.address, "accountId": self.account_id, "region": self.region}}

    def told(self) -> dict[str, Any]:
        return {"destinationId": self.destination_id, "name": self.name, "resource": self.resource()}


@dataclass(slots=True)
class Subscription:
    """One seller's wish to be told of one type. Empty filters let everything through."""

    subscription_id: str
    seller_id: str
    kind: str
    payload_version: str
    destination_id: str
    directive: dict[str, Any] = field(default_factory=dict)
    marketplaces: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()

    def filter_by(self, directive: Any) -> None:
        """Take a processing directive. Raises 400 for one that does not fit the type."""
        if directive is None:
            return
        chosen = directive.get("eventFilter") if isinstance(directive, dict) else None
        if not isinstance(chosen, dict) or chosen.get("eventFilterType") != self.kind:
            raise invalid(f"processingDirective.eventFilter has not the eventFilterType {self.kind}")
        changes, marketplaces = chosen.get("orderChangeTypes", []), chosen.get("marketplaceIds", [])
        if not _texts(changes) or not _texts(marketplaces) or not set(changes) <= _CHANGES:
            raise invalid("processingDirective.eventFilter has a value that there is not")
        self.directive = directive
        self.changes, self.marketplaces = frozenset(changes), frozenset(marketplaces)

    def wants(self, marketplace_id: str, change: str) -> bool:
        return (not self.marketplaces or not marketplace_id or marketplace_id in self.marketplaces) and (
            not self.changes or not change or change in self.changes
        )

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "subscriptionId": self.subscription_id,
            "payloadVersion": self.payload_version,
            "destinationId": self.destination_id,
        }
        if self.directive:
            told["processingDirective"] = self.directive
        return told


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
