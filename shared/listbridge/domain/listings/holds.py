"""Why a listing is not updated now: there is always exactly one reason, or none (promises.md#p7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listbridge.domain.configuration import Account, ConnectionState, QuantityMode, Shop
from listbridge.domain.listings.ledger import due_fields
from listbridge.domain.listings.listing import GONE_FROM_SHOP, PRODUCT_GONE, LedgerField, Level, Listing, Status
from listbridge.domain.problem import Problem
from listbridge.domain.rules.price import FIXED_PRICE

OBSERVE_MODE = "observe_mode"
WRITES_STOPPED = "writes_stopped"
STOCK_KEPT = Problem("stock_kept_by_marketplace", fix="ship_it_yourself")
CONTENT_BY_HAND = Problem("content_by_hand", fix="full_revise")
"""Why titles, texts and pictures of a live listing stay as they are: only a full revise sends them."""
LEFT_COLLECTION = "left_collection"
"""Why a listing shows 0 whose item left the collections of its sales list, and the step of the rules that makes it so."""
_CONSTANT: Mapping[str, tuple[str, str]] = {
    "not_visible": ("hidden_in_shop", "show_in_shop"),
    "untracked": ("stock_not_tracked", "track_stock_in_shop"),
    QuantityMode.FIXED.value: ("quantity_constant", "change_quantity_rule"),
    FIXED_PRICE: ("price_constant", "change_price_rule"),
    LEFT_COLLECTION: (LEFT_COLLECTION, "put_back_in_collection"),
}
"""By the step of a trace after which the shop's own number decides no more: the code, and what helps."""
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


def write_hold(account: Account) -> Problem | None:
    """Why nothing can be written to the account's marketplace: it is not connected, or somebody has stopped all writes; or
    none."""
    unconnected = connection_hold(account)
    if unconnected is None and account.stopped is not None:
        return Problem(WRITES_STOPPED, {"account": account.name, "by": account.stopped.by}, "resume_writes")
    return unconnected


def account_hold(account: Account) -> Problem | None:
    """Why nothing is written to the account's marketplace, whatever the listing; or none."""
    held = write_hold(account)
    if held is None and account.observe:
        return Problem(OBSERVE_MODE, {"account": account.name}, "leave_observe_mode")
    return held


def shop_hold(shop: Shop) -> Problem | None:
    """Why the shop tells us nothing, so that its listings follow nobody; or none."""
    if not shop.state.known:
        return shop.state.newer
    if shop.state is not ConnectionState.ACTIVE:
        return Problem(f"shop_{shop.state.value}", {"shop": shop.name}, "reconnect_shop")
    return None


def status_hold(listing: Listing) -> Problem | None:
    """Why nothing is sent by the listing's status alone, with the fix that this status takes; None where it is live.

    What the shop no longer has no act on the marketplace brings back.
    """
    if not listing.status.known:
        return listing.status.newer
    problem = _BY_STATUS.get(listing.status)
    if problem is None or not problem.fix or not listing.computed.gone:
        return problem
    return replace(problem, fix="relink")


def hold_of(listing: Listing, account: Account) -> Problem | None:
    """The one reason that counts, the widest first: the account's, then the listing's own, then its status."""
    whole = account_hold(account)
    if whole is not None:
        return whole
    hold = listing.hold
    if listing.computed.gone and not listing.live and listing.status.known and listing.status is not Status.PENDING:
        # Whatever it waited for before: a product that the shop no longer has is neither restocked nor sent.
        told = hold is not None and hold.code == GONE_FROM_SHOP
        return hold if told else Problem(PRODUCT_GONE, {"product": listing.variant.product}, "relink")
    if hold is not None:
        return hold
    if listing.live:
        return None  # also while a publishing operation runs: quantity and price follow the shop meanwhile
    return status_hold(listing)


def field_hold(listing: Listing, account: Account, field: LedgerField) -> Problem | None:
    """Why one of the two fields does not follow the shop: the listing's reason, else the field's own, or none."""
    whole = hold_of(listing, account)
    if whole is not None:
        return whole
    if field not in listing.ours:
        return STOCK_KEPT
    computed = listing.computed
    own = computed.quantity_problem if field is LedgerField.QUANTITY else computed.price_problem
    if own is not None:
        return own
    if field not in listing.auto and field not in listing.demanded:
        level = listing.levels.get(field, Level.ACCOUNT).value.replace("_", " ")
        params = {"account": account.name, "level": level}
        return Problem(f"auto_{field.value}_off", params, f"switch_on_auto_{field.value}")
    return listing.waits_for if field in due_fields(listing) else None


def constant_reason(listing: Listing, field: LedgerField) -> Problem | None:
    """Why one of the two numbers does not move with the shop's although nothing holds it back: a rule makes it constant, the
    shop does not count the item, or shows it to nobody. What was computed is sent all the same, a zero first of all."""
    computed = listing.computed
    trace = computed.quantity_trace if field is LedgerField.QUANTITY else computed.price_trace
    # The last step that counts: what left its list's collections shows 0, whatever the steps before it say.
    found = next(((line, *_CONSTANT[line.step]) for line in reversed(trace) if line.step == LEFT_COLLECTION), None)
    found = found or next(((line, *_CONSTANT[line.step]) for line in trace if line.step in _CONSTANT), None)
    if found is None:
        return None
    line, code, fix = found
    return Problem(code, {"value": line.value or line.result}, fix)


def field_reason(listing: Listing, account: Account, field: LedgerField) -> Problem | None:
    """Why one of the two numbers does not follow the shop's: what holds it back, else what makes it constant, or none."""
    return field_hold(listing, account, field) or constant_reason(listing, field)
