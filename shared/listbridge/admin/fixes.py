"""A fix as calls of this API that do it: what a page of problems offers beside its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.domain.ids import AccountId, SalesListId
from listbridge.domain.listings.listing import LedgerField, Level, Listing
from listbridge.services.listings.action_rules import Action

ACTIONS: Mapping[str, Action] = {
    "align": Action.ALIGN,
    "full_revise": Action.FULL_REVISE,
    "link": Action.LINK,
    "link_again": Action.UNLINK,
    "relist": Action.RELIST,
    "remove_item": Action.REMOVE,
    "revise": Action.REVISE,
    "send": Action.SEND,
    "send_again": Action.SEND,
    "stop_and_remove": Action.STOP_AND_REMOVE,
}
"""Fixes that are an action on the listings, the first where they are two."""
_OF_ACCOUNT: Mapping[str, tuple[str, str, Mapping[str, Any] | None]] = {
    "approve_changes": ("POST", "/guard/approve", None),
    "enable_out_of_stock_control": ("POST", "/sold-out", None),
    "leave_observe_mode": ("PATCH", "", {"observe": False}),
    "resume_writes": ("POST", "/resume", None),
}
"""Fixes of the account as a whole: method, the end of the path, body."""
_SWITCHES = {f"switch_on_auto_{field.value}": field for field in LedgerField}
"""Fixes that are a switch, wherever it is."""


class CallView(Shape):
    """A call of this API, ready to be made."""

    method: str
    """`POST`, `PUT` or `PATCH`."""
    path: str
    """The address, from `/v1` on."""
    body: dict[str, Any] | None
    """The body to send; null for none."""


def calls_of(
    fix: str, account: AccountId, named: Mapping[SalesListId, Sequence[Listing]], *, joint: bool = False
) -> list[CallView]:
    """The calls that do what the fix says, one for each sales list where it is an action; none where a person does it elsewhere.

    `joint`: the marketplace's updates carry quantity and price, so that both are switched together.
    """
    if fix in _SWITCHES:
        fields = list(LedgerField) if joint else [_SWITCHES[fix]]
        rows = [row for listed in named.values() for row in listed]
        return list({call.path: call for call in (_switched_on(_SWITCHES[fix], fields, row) for row in rows)}.values())
    if fix in _OF_ACCOUNT:
        method, end, body = _OF_ACCOUNT[fix]
        return [CallView(method=method, path=f"/v1/accounts/{account}{end}", body=dict(body) if body else None)]
    action = ACTIONS.get(fix)
    if action is None:
        return []
    return [
        CallView(
            method="POST",
            path=f"/v1/sales-lists/{sales_list}/actions",
            body={"action": action.value, "items": [item_id(row.variant) for row in rows]},
        )
        for sales_list, rows in named.items()
    ]


def _switched_on(field: LedgerField, fields: Sequence[LedgerField], row: Listing) -> CallView:
    """Where the switch is that keeps the listing from following: its own, its list's or its account's."""
    on: dict[str, Any] = {f"auto_{one.value}": True for one in fields}
    match row.levels.get(field, Level.ACCOUNT):
        case Level.ITEM:
            own = {f"auto_{one.value}": told for one, told in row.switches.items()}
            path = f"/v1/listings/{listing_id(row.key)}/switches"
            return CallView(method="PUT", path=path, body={**own, **on})
        case Level.SALES_LIST:
            return CallView(method="PATCH", path=f"/v1/sales-lists/{row.sales_list}", body=on)
        case _:
            return CallView(method="PATCH", path=f"/v1/accounts/{row.key.account}", body=on)
