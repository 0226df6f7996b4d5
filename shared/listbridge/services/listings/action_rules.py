"""Which actions are allowed for a listing in which status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from listbridge.domain.configuration import Account
from listbridge.domain.listings.guarded_changes import moved_by_hand
from listbridge.domain.listings.holds import STOCK_KEPT, connection_hold, status_hold, write_hold
from listbridge.domain.listings.lifecycle import WAITS_FOR_STOCK
from listbridge.domain.listings.listing import BOTH, SOLD_BY_AUCTION, LedgerField, Listing, Status
from listbridge.domain.ports import MarketplaceTraits
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind


class Action(StrEnum):
    """What a person can do to listings."""

    SEND = "send"
    REVISE_QUANTITY = "revise_quantity"
    REVISE_PRICE = "revise_price"
    REVISE = "revise"
    FULL_REVISE = "full_revise"
    ALIGN = "align"
    STOP = "stop"
    RELIST = "relist"
    STOP_AND_REMOVE = "stop_and_remove"
    REMOVE = "remove"
    LINK = "link"
    UNLINK = "unlink"
    SET_CATALOGUE_ID = "set_catalogue_id"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an action asks of a listing. `remote` actions touch the marketplace, so the account must be usable."""

    statuses: frozenset[Status]
    remote: bool = True
    fields: frozenset[LedgerField] = frozenset()
    publish: PublishKind | None = None


_SENDABLE = frozenset({Status.NOT_ACTIVE, Status.ERROR, Status.STOPPED, Status.FINISHED})
_ACTIVE = frozenset({Status.ACTIVE})
_ENDED = frozenset({Status.STOPPED, Status.FINISHED})
_LINKED_ALREADY = Problem("linked_already", fix="full_revise")

RULES: Mapping[Action, Rule] = {
    Action.SEND: Rule(_SENDABLE, publish=PublishKind.SEND),
    Action.LINK: Rule(_SENDABLE, publish=PublishKind.LINK),
    Action.RELIST: Rule(_ENDED, publish=PublishKind.RELIST),
    Action.FULL_REVISE: Rule(_ACTIVE, publish=PublishKind.FULL_REVISE),
    Action.STOP: Rule(_ACTIVE, publish=PublishKind.STOP),
    Action.REVISE_QUANTITY: Rule(_ACTIVE, fields=frozenset({LedgerField.QUANTITY})),
    Action.REVISE_PRICE: Rule(_ACTIVE, fields=frozenset({LedgerField.PRICE})),
    Action.REVISE: Rule(_ACTIVE, fields=BOTH),
    Action.ALIGN: Rule(_ACTIVE, fields=BOTH),
    Action.STOP_AND_REMOVE: Rule(frozenset(Status) - {Status.PENDING}, remote=False),
    Action.REMOVE: Rule(frozenset(Status) - {Status.PENDING}, remote=False),
    Action.SET_CATALOGUE_ID: Rule(_SENDABLE, remote=False),
    Action.UNLINK: Rule(_ACTIVE | _ENDED | {Status.ERROR}, remote=False),
}
_LETS_GO = frozenset({Action.STOP, Action.UNLINK})
"""Actions after which nothing is live or linked: where nothing is, there is nothing to put right."""


def hindrance(action: Action, listing: Listing, account: Account) -> Problem | None:
    """Why this listing cannot take the action now; None when it can.

    A pending listing refuses everything: one operation at a time. One that waits for stock can be stopped: it no longer
    waits.
    """
    if listing.status is Status.PENDING:
        return Problem("pending")
    rule = RULES[action]
    touches_marketplace = rule.remote or (action in REMOVING and listing.live)
    # To link writes nothing there.
    held = (connection_hold if action is Action.LINK else write_hold)(account) if touches_marketplace else None
    if held is not None:
        return held  # the widest first, as with holds: what else helps needs the account too
    if touches_marketplace and listing.live and listing.hold is not None and listing.hold.code == SOLD_BY_AUCTION:
        return listing.hold
    if action is Action.REMOVE and listing.live:
        return Problem("listing_live", {"sku": listing.key.sku}, "stop_and_remove")
    if listing.detached is not None and action in _SENDS_CONTENT:
        return Problem("detached", {"sku": listing.key.sku}, "put_back_in_collection")
    waits = listing.hold is not None and listing.hold.code == WAITS_FOR_STOCK
    if listing.status not in rule.statuses and not (action is Action.STOP and waits):
        return _otherwise(action, listing)
    return None  # an account that only observes takes it as a rehearsal


def _otherwise(action: Action, listing: Listing) -> Problem:
    """The refusal in this status. The fix that it names is one that this very status takes."""
    if listing.status is Status.ACTIVE:
        return Problem("linked_already") if action is Action.SET_CATALOGUE_ID else _LINKED_ALREADY
    if action in _LETS_GO:
        return Problem("not_linked")
    standing = status_hold(listing)
    way_out = standing.fix if standing is not None else ""
    return Problem("not_ended" if action is Action.RELIST else "not_linked", fix=way_out)


ENDING = frozenset({Action.STOP, Action.STOP_AND_REMOVE})
REMOVING = frozenset({Action.STOP_AND_REMOVE, Action.REMOVE})
"""Actions that take items out of their list."""
_ONE_FIELD = frozenset({Action.REVISE_QUANTITY, Action.REVISE_PRICE})
_SENDS_CONTENT = frozenset({Action.SEND, Action.LINK, Action.FULL_REVISE})
"""What is of no more concern to a listing whose item left its list: it can be put on sale again, ended and unlinked."""


def actions_of(traits: MarketplaceTraits) -> tuple[Action, ...]:
    """What can be done to listings of a marketplace: where its updates carry quantity and price, neither goes alone, and a product of
    its catalogue is chosen where it has one."""
    lacks = set(_ONE_FIELD) if traits.joint_updates else set()
    if not traits.catalogue_id:
        lacks.add(Action.SET_CATALOGUE_ID)
    return tuple(action for action in Action if action not in lacks)


def moves(action: Action, listing: Listing) -> bool:
    """Whether the action ends, zeroes or reprices this live listing: what the guard counts (protocol.md#guard)."""
    if action in ENDING:
        return listing.live
    fields = BOTH if action is Action.FULL_REVISE else RULES[action].fields
    return moved_by_hand(listing, fields)


def computable(listing: Listing, fields: frozenset[LedgerField]) -> tuple[frozenset[LedgerField], Problem | None]:
    """Which of the fields have a value of ours to send, and the reason why the first of the others has none."""
    problems = {
        LedgerField.QUANTITY: listing.computed.quantity_problem if listing.computed.quantity is None else None,
        LedgerField.PRICE: listing.computed.price_problem if listing.computed.price is None else None,
    }
    values = {LedgerField.QUANTITY: listing.computed.quantity, LedgerField.PRICE: listing.computed.price}
    ours = fields & listing.ours
    ready = frozenset(field for field in ours if values[field] is not None)
    missing = [problems[field] or Problem("not_computed_yet") for field in sorted(ours - ready)]
    missing += [STOCK_KEPT] if fields - ours else []
    return ready, missing[0] if missing else None
