"""Switches of automatic updates at every level: the account's and the sales list's in their documents, an item's with its
listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Cause, LedgerField, Listing
from listbridge.domain.problem import Problem
from listbridge.domain.rules.switches import Switches, apart, switches_of
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import AccountDeps, LedgerDeps
from listbridge.services.refusal import FieldRefused


def refuse_apart(
    deps: AccountDeps, account: Account, after: Account | SalesList, before: Account | SalesList | None = None
) -> None:
    """Where the marketplace's updates carry quantity and price together, both switches are on or both are off.

    An edit of something else is let pass, whatever the switches say. Raises FieldRefused naming the second of them.
    """
    if before is None or _decides(before) != _decides(after):
        _refuse(deps, account, switches_of(after))


def _decides(document: Account | SalesList) -> tuple[Switches, Mapping[str, object]]:
    """What the refusal looks at."""
    return switches_of(document), document.settings if isinstance(document, Account) else {}


def switch_item(deps: LedgerDeps, key: ListingKey, switches: Switches, actor: str) -> Listing:
    """Give one listing these switches of its own, in place of those that it had. What is due then is sent.

    Raises Missing, and FieldRefused where the marketplace's updates carry both fields and the two would differ.
    """
    row = deps.listings.get(key)
    account = deps.configuration.get(Account, key.account)
    _refuse(deps, account, switches)

    def switched(listing: Listing) -> Listing:
        return listing if switches == listing.switches else replace(listing, switches=dict(switches))

    changed = deps.listings.change(key, switched)
    if changed.rev != row.rev:
        words = {name: "on" if on else "off" for name, on in switches.items()}
        told = ", ".join(f"{name.value} {words.get(name, 'as in its list')}" for name in LedgerField)
        entry = ActivityEntry(str(key), "item_switched", deps.clock.now(), {"switches": told}, key.account, actor)
        deps.activity.note(entry)
    rows = Recompute(deps, Cause.MANUAL).listings([key])
    nudge_due(deps, rows)
    return next((one for one in rows if one.key == key), changed)


def _refuse(deps: AccountDeps, account: Account, switches: Switches) -> None:
    if not deps.marketplaces.traits(account).joint_updates:
        return
    odd = apart(switches)
    if odd is not None:
        params = {"marketplace": deps.marketplaces.label(account.marketplace)}
        raise FieldRefused(f"auto_{odd.value}", Problem("switches_apart", params, "switch_both"))
