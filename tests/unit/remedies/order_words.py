"""The words of the walks over orders: what an order says, and what its seller does."""

from __future__ import annotations

from typing import Any

from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.walks import named


def notice(desk: OrderDesk, remote: str, code: str, fix: str) -> dict[str, Any]:
    """The order's notice of this code, which names this fix."""
    (found,) = [one for one in desk.order(remote)["notices"] if one["code"] == code] or [None]
    return named(found, code, fix)


def noticed(desk: OrderDesk, remote: str) -> list[str]:
    return [one["code"] for one in desk.order(remote)["notices"]]


def why(desk: OrderDesk, remote: str, code: str, fix: str) -> None:
    named(desk.order(remote)["reason"], code, fix)


def created(desk: OrderDesk, remote: str) -> bool:
    return desk.state(remote) == ("created", "") and len(desk.shop_orders(remote)) == 1


def bought(desk: OrderDesk, sku: str = "MUG", **more: Any) -> str:
    """An order that is in the shop."""
    remote = desk.buy(sku, **more)
    desk.look()
    assert created(desk, remote)
    return remote


def handled_outside(desk: OrderDesk, remote: str) -> str:
    row = desk.order(remote)
    told = desk.its.post(f"/orders/{row['id']}/handled-outside", expect=200)
    desk.wait(30)
    return str(told["state"])


def shop_id(desk: OrderDesk, remote: str) -> int:
    return int(desk.shop_order(remote)["id"])


def compared(desk: OrderDesk) -> None:
    """Time passes until shop and marketplace were compared again."""
    desk.look(600)


def taken_off(desk: OrderDesk, remote: str, code: str) -> None:
    """The seller has put it right elsewhere, and dismisses the notice."""
    path = f"/v1/orders/{desk.order(remote)['id']}/notices/{code}"
    assert desk.its.call("DELETE", path, groups="operator").status in (200, 204)
    compared(desk)
    assert code not in noticed(desk, remote)
