"""What has to be true in the end, worked out from what was done outside: an independent second opinion.

It shares no code with the product and asks it nothing. Stock moves only by differences, so that the order in which
sales and deliveries arrive does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass
class Article:
    """One variant of the shop, as its owner left it."""

    sku: str
    stock: int
    price: Decimal
    visible: bool = True


@dataclass
class Rule:
    """How a list shows an article: `mode` is product, cap or buffer with its number, prices times `ratio`."""

    mode: str
    value: int | None
    ratio: Decimal


@dataclass
class List:
    """A sales list: whose it is, what is in it, by which rule, and what the seller withdrew from sale."""

    name: str
    seller: str
    rule: Rule
    skus: tuple[str, ...]
    stopped: set[str] = field(default_factory=set)


@dataclass
class Sale:
    """An order of the marketplace: it becomes one order of the shop, to the cent, unless it is cancelled."""

    order: str
    seller: str
    sku: str
    units: int
    total: Decimal
    cancelled: bool = False
    parcel: str = ""


@dataclass
class Oracle:
    """The world as it was made."""

    articles: dict[str, Article] = field(default_factory=dict)
    lists: dict[str, List] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)

    def stock_left(self, sku: str) -> int:
        """What the shop has in the end: everything that was sold and not cancelled has left it."""
        sold = sum(sale.units for sale in self.sales.values() if sale.sku == sku and not sale.cancelled)
        return self.articles[sku].stock - sold

    def shown(self, of: List, sku: str) -> tuple[int, Decimal] | None:
        """Quantity and price that buyers see at rest; None when the article is not on sale there."""
        if sku in of.stopped:
            return None
        article, rule = self.articles[sku], of.rule
        left = self.stock_left(sku)
        if rule.mode == "cap":
            left = min(left, rule.value or 0)
        elif rule.mode == "buffer":
            left -= rule.value or 0
        price = (article.price * rule.ratio).quantize(CENT, ROUND_HALF_UP)
        return (max(0, left) if article.visible else 0, price)

    def expected(self, seller: str) -> dict[str, tuple[int, Decimal]]:
        """Everything that buyers see of one seller at rest."""
        return {
            sku: shown
            for one in self.lists.values()
            if one.seller == seller
            for sku in one.skus
            if (shown := self.shown(one, sku)) is not None
        }

    def short(self, sku: str) -> bool:
        """Whether more was sold than there was."""
        return self.stock_left(sku) < 0
