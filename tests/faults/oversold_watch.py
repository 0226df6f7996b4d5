"""Sees every write as it reaches the marketplace: one that puts a sold unit back on sale breaks promises.md#p11."""

from __future__ import annotations

from dataclasses import dataclass, field

from listbridge.domain.ids import ListingKey
from tests.fakes.scripted_offers import Sent
from tests.fakes.scripted_orders import Placed
from tests.faults.order_stories import Story


@dataclass
class Watch:
    """Every write that showed buyers more than they saw, while a sale of the listing was known to nobody but the market."""

    s: Story
    lower_is_free: bool = False
    """Leave out what lowers the quantity that we know of: it goes unread, and more may have sold than it takes away."""
    broken: list[str] = field(default_factory=list)

    def __call__(self, sent: Sent) -> None:
        quantity = sent.values.quantity
        shown = max((offer.quantity or 0 for offer in self.s.market.offers if offer.key == sent.key), default=0)
        if self.lower_is_free and self._lowers(sent):
            return
        if quantity is not None and quantity > shown and self.unpolled(sent.key):
            self.broken.append(f"{sent.operation} of {quantity} over {shown} at {sent.at}")

    def _lowers(self, sent: Sent) -> bool:
        attempt = self.s.world.row(sent.key).attempt
        known = attempt.on_sale if attempt is not None else None
        return known is not None and (sent.values.quantity or 0) < known

    def unpolled(self, key: ListingKey) -> list[Placed]:
        return [
            placed
            for placed in self.s.market.book.placed.values()
            if placed.account == key.account
            and not self._taken_in(placed)
            and any(line.sku == key.sku for line in placed.facts.lines)
        ]

    def _taken_in(self, placed: Placed) -> bool:
        row = self.s.find(placed)
        return row is not None and bool(row.reserved)
