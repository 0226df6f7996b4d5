"""Why a listing is not updated now: there is always exactly one reason, or none (P7)."""

from __future__ import annotations

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.listing import Field, Listing, Status
from listbridge.domain.problem import Problem

_BY_STATUS = {
    Status.NOT_ACTIVE: Problem("not_sent", fix="send"),
    Status.PENDING: Problem("pending"),
    Status.ERROR: Problem("send_failed", fix="send"),
    Status.STOPPED: Problem("stopped", fix="relist"),
    Status.FINISHED: Problem("finished", fix="relist"),
}


def connection_hold(account: Account) -> Problem | None:
    """Why the account's marketplace cannot be asked, or none."""
    if not account.state.known:
        return account.state.newer
    if account.state is not ConnectionState.ACTIVE:
        return Problem(f"account_{account.state.value}", {"account": account.name}, "reconnect_account")
    return None


def hold_of(listing: Listing, account: Account) -> Problem | None:
    """The one reason that counts, the widest first: the account's, then the listing's own, then its status."""
    unconnected = connection_hold(account)
    if unconnected is not None:
        return unconnected
    if account.observe:
        return Problem("observe_mode", {"account": account.name}, "leave_observe_mode")
    if listing.hold is not None:
        return listing.hold
    if listing.live:
        return None  # also while a publishing operation runs: quantity and price follow the shop meanwhile
    return _BY_STATUS.get(listing.status) if listing.status.known else listing.status.newer


def field_hold(listing: Listing, account: Account, field: Field) -> Problem | None:
    """Why one of the two fields does not follow the shop: the listing's reason, else the field's own, or none."""
    whole = hold_of(listing, account)
    if whole is not None:
        return whole
    computed = listing.computed
    own = computed.quantity_problem if field is Field.QUANTITY else computed.price_problem
    if own is not None:
        return own
    if field not in listing.auto and field not in listing.demanded:
        return Problem(f"auto_{field.value}_off", {"account": account.name}, f"switch_on_auto_{field.value}")
    return None
