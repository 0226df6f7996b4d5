"""A random history on the running system: what sellers, buyers and bad luck do, and what has to stand afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from localrun.scenario.seller import NotAllowed
from tests.histories.oracle import List, Sale
from tests.histories.street import Street, rules_of, until

EBAY, SHOPIFY = "simulator-ebay", "simulator-shopify"
_REVISIONS = "bulkUpdatePriceQuantity"
_STAYS_RIGHT_S = 5.0


@dataclass
class OpenJob:
    """An action that was asked for, and what the oracle holds once it is done."""

    id: str
    sku: str
    then: Callable[[], None]


@dataclass
class History:
    """Plays one seed. `harm` adds what kills and freezes; without it, only what the platforms do to everybody."""

    street: Street
    seed: int
    harm: bool = False
    cancellations: bool = True
    """Cancelled orders raise their own listing only when the marketplace's list of orders cannot lag any more: minutes."""
    played: list[str] = field(default_factory=list)
    open_jobs: list[OpenJob] = field(default_factory=list)
    lost_deliveries: bool = False
    last_wrong: list[str] = field(default_factory=list)
    tell: Callable[[str], None] = lambda line: None
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def play(self, events: int, *, pause_s: float = 0.4) -> None:
        """Let so many things happen, a little time apart; some are refused by the world and count as nothing."""
        kinds = [
            (6, self._stock),
            (3, self._price),
            (7, self._sale),
            (3, self._sale_in_the_shop),
            (2, self._cancellation),
            (2, self._parcel),
            (2, self._draft),
            (1, self._edit),
            (1, self._stop),
            (2, self._relist),
            (1, self._revise),
            (2, self._storm),
            (2, self._lost_answer),
            (2, self._deliveries),
        ]
        if self.harm:
            kinds += [(2, self._kill), (1, self._freeze)]
        if not self.cancellations:
            kinds = [kind for kind in kinds if kind[1] != self._cancellation]
        weights, acts = [weight for weight, _ in kinds], [act for _, act in kinds]
        for _ in range(events):
            (act,) = self._dice.choices(acts, weights)
            try:
                told = act()
            except requests.HTTPError as refused:
                told = f"refused: {refused}"
            self.played.append(f"{time.strftime('%H:%M:%S')} {act.__name__.strip('_')}: {told}")
            self.tell(self.played[-1])
            time.sleep(self._dice.random() * 2 * pause_s)

    # ---- the shop ----

    def _sku(self) -> str:
        return self._dice.choice(sorted(self.street.oracle.articles))

    def _stock(self) -> str:
        sku, delta = self._sku(), self._dice.choice([-3, -2, -1, 1, 2, 3, 4])
        article = self.street.oracle.articles[sku]
        if self.street.oracle.stock_left(sku) + delta < 0:
            return "nothing"
        self.street.shop.do("adjust_stock", sku=sku, delta=delta)
        article.stock += delta
        return f"{sku} {delta:+}"

    def _price(self) -> str:
        sku = self._sku()
        price = Decimal(self._dice.randrange(500, 5000)) / 100
        self.street.shop.do("set_price", sku=sku, price=str(price))
        self.street.oracle.articles[sku].price = price
        return f"{sku} {price}"

    def _sale_in_the_shop(self) -> str:
        sku = self._sku()
        if self.street.shop_stock()[sku] < 1:
            return "nothing"
        self.street.shop.do("sell", sku=sku, quantity=1)
        self.street.oracle.articles[sku].stock -= 1
        return sku

    def _draft(self) -> str:
        sku = self._sku()
        article = self.street.oracle.articles[sku]
        status = "DRAFT" if article.visible else "ACTIVE"
        self.street.shop.do("set_status", product_id=self.street.product_of[sku], status=status)
        article.visible = not article.visible
        return f"{sku} {status}"

    def _parcel(self) -> str:
        unsent = {one.order: one for one in self.street.oracle.sales.values() if not (one.cancelled or one.parcel)}
        made = [one for one in self.street.shop_orders() if one["source_identifier"] in unsent]
        if not made:
            return "nothing"
        row = self._dice.choice(made)
        sale = unsent[row["source_identifier"]]
        number = f"T{self.seed}N{len(self.played)}"
        self.street.shop.do("fulfill", order_id=row["id"], company="DHL", tracking_number=number)
        sale.parcel = number
        return f"{sale.order} {number}"

    # ---- the marketplace ----

    def _sale(self) -> str:
        seller, units = self._dice.choice(["anna", "bert"]), self._dice.choice([1, 1, 1, 2])
        shown = {sku: one[0] for sku, one in sorted(self.street.on_sale(seller).items()) if one[0] >= units}
        if not shown:
            return "nothing"
        sku = self._dice.choice(sorted(shown))
        told = self.street.marketplace.do("buy", seller=seller, sku=sku, quantity=units, delivery_cost="3.90")
        rows = self.street.marketplace.get("orders", seller=seller)["orders"]
        total = next(Decimal(row["total"]["value"]) for row in rows if row["orderId"] == told["orderId"])
        self.street.oracle.sales[told["orderId"]] = Sale(told["orderId"], seller, sku, units, total)
        return f"{seller} {units} x {sku}, {told['orderId']}"

    def _cancellation(self) -> str:
        open_ones = [one for one in self.street.oracle.sales.values() if not (one.cancelled or one.parcel)]
        if not open_ones:
            return "nothing"
        sale = self._dice.choice(open_ones)
        self.street.marketplace.do("cancel_order", order_id=sale.order)
        sale.cancelled = True
        return sale.order

    # ---- the seller ----

    def _free(self) -> tuple[List, str] | None:
        """An article of a list on which no action is under way, with enough in stock to be put on sale."""
        self._settle_jobs()
        busy = {job.sku for job in self.open_jobs}
        oracle = self.street.oracle
        free = [
            (one, sku)
            for one in oracle.lists.values()
            for sku in one.skus
            if sku not in busy and oracle.stock_left(sku) >= 3 and oracle.articles[sku].visible
        ]
        return self._dice.choice(free) if free else None

    def _act(self, action: str, of: List, sku: str, then: Callable[[], None]) -> str:
        items = [self.street.item(of.name, sku)]
        body = {"action": action, "items": items}
        told = self.street.seller.post(f"/sales-lists/{self.street.list_ids[of.name]}/actions", body)
        self.open_jobs.append(OpenJob(told["job"]["id"], sku, then))
        return f"{of.name} {sku}"

    def _stop(self) -> str:
        found = self._free()
        if found is None or found[1] in found[0].stopped:
            return "nothing"
        of, sku = found
        return self._act("stop", of, sku, lambda: of.stopped.add(sku))

    def _relist(self) -> str:
        self._settle_jobs()
        busy, oracle = {job.sku for job in self.open_jobs}, self.street.oracle
        stopped = [
            (one, sku)
            for one in oracle.lists.values()
            for sku in sorted(one.stopped - busy)
            if oracle.stock_left(sku) >= 3 and oracle.articles[sku].visible
        ]
        if not stopped:
            return "nothing"
        of, sku = self._dice.choice(stopped)
        return self._act("relist", of, sku, lambda: of.stopped.discard(sku))

    def _revise(self) -> str:
        found = self._free()
        if found is None or found[1] in found[0].stopped:
            return "nothing"
        action = self._dice.choice(["full_revise", "revise", "revise_quantity"])
        return action + " " + self._act(action, *found, lambda: None)

    def _edit(self) -> str:
        of = self._dice.choice(sorted(self.street.oracle.lists.values(), key=lambda one: one.name))
        ratio = Decimal(self._dice.choice(["1", "1.05", "1.1", "1.25"]))
        value = of.rule.value if of.rule.value is None else self._dice.choice([1, 2, 3])
        of.rule.ratio, of.rule.value = ratio, value
        path = f"/profiles/{self.street.profiles[of.name]}"
        job = self.street.seller.finished(self.street.seller.patch(path, {"rules": rules_of(of.rule)}), within_s=90)
        if job["state"] == "awaiting_approval":
            job = self.street.seller.finished(self.street.seller.post(f"/jobs/{job['id']}/approve"), within_s=90)
        return f"{of.name} {value} x {ratio}: {job['state']}"

    def _settle_jobs(self) -> None:
        for job in list(self.open_jobs):
            told = self.street.seller.get(f"/jobs/{job.id}")
            if told["state"] != "running":
                assert (told["state"], told["failed"]) == ("done", 0), told
                job.then()
                self.open_jobs.remove(job)

    # ---- bad luck ----

    def _storm(self) -> str:
        door = self._dice.choice([self.street.marketplace, self.street.shop])
        fault = {
            "operation": "*",
            "kind": "status",
            "status": self._dice.choice([429, 500, 503]),
            "times": self._dice.randrange(2, 12),
        }
        door.post("faults", fault)
        return str(fault)

    def _lost_answer(self) -> str:
        if self._dice.random() < 0.5:
            self.street.marketplace.post("faults", {"operation": _REVISIONS, "kind": "drop_after"})
            return _REVISIONS
        self.street.shop.post("faults", {"operation": "orderCreate", "kind": "drop_after"})
        return "orderCreate"

    def _deliveries(self) -> str:
        play = self._dice.choice(["hold", "release", "drop", "duplicate", "reorder"])
        self.street.shop.deliveries(play)
        self.lost_deliveries = self.lost_deliveries or play == "drop"
        return play

    def _kill(self) -> str:
        return self.street.kill_a_worker(self._dice)

    def _freeze(self) -> str:
        name = self._dice.choice([EBAY, SHOPIFY, "emulator"])
        with self.street.frozen(name):
            return name

    # ---- afterwards ----

    def come_to_rest(self, *, within_s: float) -> list[str]:
        """End the bad luck, wait, and judge; what is not as it has to be, in words. Empty is good."""
        street = self.street
        for door in (street.marketplace, street.shop):
            door.delete("faults")
        street.shop.deliveries("release")
        if self.lost_deliveries:
            street.seller.post(f"/shops/{street.shop_id}/sweep")
        until(self._no_jobs, within_s=within_s)
        until(self._rests, within_s=within_s)
        return self.last_wrong

    def _rests(self) -> bool:
        """Right twice, some seconds apart: an order that the shop's number holds already and its reservation still counts twice
        for a moment, between two numbers that are right."""
        self.last_wrong = self.wrong()
        if not self.last_wrong:
            time.sleep(_STAYS_RIGHT_S)
            self.last_wrong = self.wrong()
        return not self.last_wrong

    def _no_jobs(self) -> bool:
        self._settle_jobs()
        return not self.open_jobs

    def wrong(self) -> list[str]:
        """Everything that differs from what the oracle says."""
        try:
            known = self.street.orders()
        except (NotAllowed, requests.RequestException) as failure:
            return [f"the API does not answer: {failure}"]
        return [
            *self._wrong_listings(),
            *self._wrong_orders(known),
            *self._wrong_stock(),
            *self._wrong_notices(known),
            *self._untold_parcels(),
            *self._dead_letters(),
            *(f"job {job.id} on {job.sku} is still running" for job in self.open_jobs),
        ]

    def _wrong_listings(self) -> list[str]:
        found = []
        for seller in ("anna", "bert"):
            shown, expected = self.street.on_sale(seller), self.street.oracle.expected(seller)
            for sku in sorted({*shown, *expected}):
                if shown.get(sku) != expected.get(sku):
                    found.append(f"{seller} {sku}: shows {shown.get(sku)}, has to show {expected.get(sku)}")
        return found

    def _wrong_orders(self, known: dict[str, Any]) -> list[str]:
        found = []
        made: dict[str, list[dict[str, Any]]] = {}
        for row in self.street.shop_orders():
            if row["source_identifier"]:
                made.setdefault(row["source_identifier"], []).append(row)
        for order, sale in self.street.oracle.sales.items():
            standing = [row for row in made.get(order, []) if row["cancelled_at"] is None]
            if order not in known:
                found.append(f"order {order} is not known")
            elif len(standing) != (0 if sale.cancelled else 1):
                state = known[order]["state"]
                found.append(f"order {order} ({state}, cancelled: {sale.cancelled}) stands {len(standing)} times")
            elif standing and Decimal(standing[0]["total_price"]) != sale.total:
                found.append(f"order {order}: {standing[0]['total_price']} instead of {sale.total}")
        found += [f"the shop has {len(rows)} orders for {order}" for order, rows in made.items() if len(rows) > 1]
        return found

    def _wrong_stock(self) -> list[str]:
        left = self.street.shop_stock()
        return [
            f"{sku}: the shop has {left[sku]}, has to have {self.street.oracle.stock_left(sku)}"
            for sku in self.street.oracle.articles
            if left[sku] != self.street.oracle.stock_left(sku)
        ]

    def _wrong_notices(self, known: dict[str, Any]) -> list[str]:
        sales = self.street.oracle.sales
        return [
            f"order {order} says oversold, and {sales[order].sku} is not short"
            for order, row in known.items()
            if order in sales
            and "oversold" in [notice["code"] for notice in row["notices"]]
            and not self.street.oracle.short(sales[order].sku)
        ]

    def _untold_parcels(self) -> list[str]:
        told = {
            one["shipmentTrackingNumber"]
            for row in self.street.marketplace.get("orders")["orders"]
            for one in row["packages"]
        }
        parcels = [sale for sale in self.street.oracle.sales.values() if sale.parcel]
        return [f"parcel {sale.parcel} of {sale.order} is untold" for sale in parcels if sale.parcel not in told]

    def _dead_letters(self) -> list[str]:
        depths = self.street.system.queue_depths()
        return [f"{depth.dead} dead letters in {lane}" for lane, depth in depths.items() if depth.dead]
