"""What the topics of a shop's deliveries point at: a table of readers, read in one way.

A payload is only a hint: it may be older than what the shop shows by now, so nothing is read from it but ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from listbridge.domain.ports import Delivery
from listbridge.domain.work import MOST_HINTS, Hint, HintKind
from listbridge.infra.webhooks.body import LONGEST_ID, json_object, number_in

Payload = Mapping[str, Any]
Reader = Callable[[Payload], Iterator[Hint]]
"""The hints of a payload. Raises ValueError for one that is not what its topic says."""
IdOf = Callable[[Payload, str], str]
"""The id under a name, as the platform writes its ids. Raises ValueError where there is none."""

_OF_PRODUCTS = frozenset({HintKind.PRODUCT, HintKind.VARIANT})


def points_at(kind: HintKind, name: str = "id", *, needs: str = "", id_of: IdOf = number_in) -> Reader:
    """One thing, by the id under `name`; a payload must hold the id that it `needs` too."""

    def read(payload: Payload) -> Iterator[Hint]:
        if needs:
            id_of(payload, needs)
        yield Hint(kind=kind, id=id_of(payload, name))

    return read


def shop_gone(name: str = "id", *, id_of: IdOf = number_in) -> Reader:
    """Our app was uninstalled from the shop whose id stands under `name`."""

    def read(payload: Payload) -> Iterator[Hint]:
        id_of(payload, name)
        yield Hint(kind=HintKind.SHOP_GONE)

    return read


def products_of_lines(
    lines: str, product: str, variant: str, *, itself: bool = False, id_of: IdOf = number_in
) -> Reader:
    """The products of an order's lines, whose stock may have moved, and the order `itself` where it changed too.

    `product` and `variant` are the names under which a line has their ids. A line of no product (custom, deleted) says nothing.
    """

    def read(payload: Payload) -> Iterator[Hint]:
        order = id_of(payload, "id")
        if itself:
            yield Hint(kind=HintKind.ORDER, id=order)
        rows = payload.get(lines)
        if not isinstance(rows, list):
            raise ValueError(f"no {lines}")
        for row in rows:
            if not isinstance(row, Mapping):
                raise ValueError("a line that is no object")
            if row.get(product) is not None:
                yield Hint(kind=HintKind.PRODUCT, id=id_of(row, product))
            elif row.get(variant) is not None:
                yield Hint(kind=HintKind.VARIANT, id=id_of(row, variant))

    return read


_WHOLE = points_at(HintKind.ORDER_PRODUCTS)


@dataclass(frozen=True, slots=True)
class Topics:
    """By topic, what its payloads point at. `whole` stands for the products of an order that has too many to name."""

    readers: Mapping[str, Reader]
    whole: Reader = _WHOLE

    def delivery(self, id: str, topic: str, body: bytes) -> Delivery:
        """The delivery with each of its hints once. A topic without a reader is no error, and its body is not looked at.

        Raises ValueError for a delivery without a topic, a body that is no JSON object, and one that lacks its ids.
        """
        if not topic:
            raise ValueError("no topic")
        reader = self.readers.get(topic)
        if reader is None:
            return Delivery(id=id, topic=topic[:LONGEST_ID], known=False, hints=())
        payload = json_object(body)
        hints = tuple(dict.fromkeys(reader(payload)))
        if len(hints) > MOST_HINTS:
            others = (hint for hint in hints if hint.kind not in _OF_PRODUCTS)
            hints = (*others, *self.whole(payload))
        return Delivery(id=id, topic=topic, known=True, hints=hints)
