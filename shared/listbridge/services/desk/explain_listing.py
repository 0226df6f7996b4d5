"""Why a listing shows what it shows (promises.md#p10), why it is not updated now (promises.md#p7), and what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.holds import (
    CONTENT_BY_HAND,
    connection_hold,
    constant_reason,
    field_hold,
    field_reason,
    hold_of,
    shop_hold,
)
from listbridge.domain.listings.ledger import NOT_ALIGNED
from listbridge.domain.listings.lifecycle import ENDED_AT_ZERO, WAITS_FOR_STOCK
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, Status, TraceLine, Zero
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.services.deps import DeskDeps
from listbridge.services.desk.deciding_rules import DecidingRule, deciding_rules
from listbridge.services.desk.explain_order import HeldStock, held_on
from listbridge.services.listings.sales_first import ENDED_AWAITS_ORDERS, why_it_waits

_FROM_SHOP = frozenset({"next_change_in_shop", "next_paused", "next_restocked"})


@dataclass(frozen=True, slots=True)
class FieldStory:
    """One of the two numbers, from the shop to the marketplace. None is unknown or never happened."""

    field: LedgerField
    computed: int | Money | None
    trace: tuple[TraceLine, ...]
    sent: int | Money | None
    accepted: int | Money | None
    seen: int | Money | None
    reason: Problem | None
    """Why this field does not follow the shop now."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say about a listing. `reason` is the one that counts, or None when it follows the shop."""

    listing: Listing
    account: Account
    shop: Shop
    sales_list: SalesList
    quantity: FieldStory
    price: FieldStory
    reason: Problem | None
    next: Problem
    """What happens next, as a code with a text."""
    content_changed: bool
    """What a buyer reads has changed in the shop since it was published: a full revise would send it."""
    content: Problem | None = None
    """Why what a buyer reads does not follow the shop; None while nothing is on sale."""
    rules: Sequence[DecidingRule] = ()
    """Which rule decided each number, where it is set, and in which version."""
    reservations: Sequence[HeldStock] = ()
    """What orders hold of the listing's variant, counted by the shop already or not."""


def explain_listing(deps: DeskDeps, key: ListingKey) -> Explanation:
    """Explain one listing as it stands. Raises Missing."""
    listing = deps.listings.get(key)
    account = deps.configuration.get(Account, key.account)
    shop = deps.configuration.get(Shop, account.shop)
    sales_list = deps.configuration.get(SalesList, listing.sales_list)
    quantity = _story(listing, account, LedgerField.QUANTITY)
    price = _story(listing, account, LedgerField.PRICE)
    waits = why_it_waits(deps, account, listing)
    # An operation runs on it, and that is what it waits for.
    again = waits is not None and waits.code == ENDED_AWAITS_ORDERS
    zero = deps.marketplaces.traits(account).zero
    deaf = shop_hold(shop) if connection_hold(account) is None else None
    first = deaf or (waits if again else None)
    quantity = replace(quantity, reason=first or quantity.reason or waits)
    price = replace(price, reason=first or price.reason)
    variant = deps.variants.get_many([listing.variant]).get(listing.variant)
    return Explanation(
        listing=listing,
        account=account,
        shop=shop,
        sales_list=sales_list,
        quantity=quantity,
        price=price,
        reason=first or the_reason(listing, account, shop) or waits,
        next=_next_orders(listing, waits)
        if waits and not again
        else _heard_of(shop, what_is_next(listing, account, zero, deps.clock.now())),
        content_changed=_content_changed(variant, listing),
        content=CONTENT_BY_HAND if listing.live else None,
        rules=deciding_rules(deps, listing, account, sales_list),
        reservations=held_on(deps, variant) if variant is not None else (),
    )


def _content_changed(variant: Variant | None, listing: Listing) -> bool:
    published = listing.content_hash
    return bool(published) and variant is not None and variant.content_hash != published


def the_reason(listing: Listing, account: Account, shop: Shop) -> Problem | None:
    """The one reason why the listing does not follow the shop now: the widest first, quantity before price, and what holds it
    back before what makes it constant."""
    whole = connection_hold(account) or shop_hold(shop) or hold_of(listing, account)
    if whole is not None:
        return whole
    held = field_hold(listing, account, LedgerField.QUANTITY) or field_hold(listing, account, LedgerField.PRICE)
    return held or constant_reason(listing, LedgerField.QUANTITY) or constant_reason(listing, LedgerField.PRICE)


def what_is_next(listing: Listing, account: Account, zero: Zero, now: datetime) -> Problem:
    """What the system does next with this listing, or what it waits for. What failed is tried again automatically."""
    hold = hold_of(listing, account)
    if hold is not None and not (hold is listing.hold and ledger.rests(listing) and listing.due_band is not None):
        return _while_held(listing, account, hold)
    due = ledger.due_fields(listing)
    params = _would_send(listing, due)
    if hold is not None and listing.not_before is not None and listing.not_before > now:
        return Problem("next_try", {**params, "at": _clock(listing.not_before), "tries": str(listing.failures)})
    asked = writing.undecided(listing)
    if asked is not None and asked.look_at is not None and writing.awaits_outcome(listing):
        return Problem("next_outcome_asked", {**params, "at": _clock(asked.look_at)})
    if listing.attempt is not None:
        return Problem("next_outcome", params)
    if not due:
        if listing.status is Status.PENDING:
            return Problem("next_publishing")
        paused = zero is Zero.PAUSES and listing.accepted.quantity == 0
        return Problem("next_paused" if paused else "next_change_in_shop")
    if listing.settle_at is not None and listing.settle_at > now:
        look_at = listing.not_before if ledger.awaits_look(listing) else None
        return Problem("next_read_back", {**params, "at": _clock(look_at or listing.settle_at)})
    if listing.not_before is not None and listing.not_before > now:
        if listing.waits_for is not None:
            return Problem("next_limit_back", {**params, "at": _clock(listing.not_before)})
        return Problem("next_try", {**params, "at": _clock(listing.not_before), "tries": str(listing.attempts)})
    return Problem("next_send", params)


def _heard_of(shop: Shop, following: Problem) -> Problem:
    """What comes next, unless that would have to come from a shop that tells us nothing."""
    deaf = shop_hold(shop)
    if deaf is None or following.code not in _FROM_SHOP:
        return following
    return Problem("next_person", {"hold": deaf.code}, deaf.fix)


def _next_orders(listing: Listing, waits: Problem) -> Problem:
    return Problem("next_orders", {**waits.params, **_would_send(listing, ledger.due_fields(listing))})


def _while_held(listing: Listing, account: Account, hold: Problem) -> Problem:
    if account.observe and connection_hold(account) is None:
        return _while_observing(listing, hold)
    if listing.status is Status.PENDING:
        return Problem("next_publishing")
    if hold.code in (WAITS_FOR_STOCK, ENDED_AT_ZERO):
        return Problem("next_restocked")
    return Problem("next_person", {"hold": hold.code}, hold.fix)


def _while_observing(listing: Listing, hold: Problem) -> Problem:
    """What would be sent without observe mode, or what a person's act would send."""
    if listing.status is Status.PENDING:
        return Problem("next_publishing")
    if not listing.live:
        values = listing.computed.quantity is not None and listing.computed.price is not None
        return (
            Problem("next_would_list", _would_send(listing, BOTH))
            if values
            else Problem("next_person", {"hold": hold.code}, hold.fix)
        )
    due = ledger.due_fields(replace(listing, hold=None))
    if not due:
        return Problem("next_nothing_observing")
    if listing.hold is None:
        return Problem("next_would_send", _would_send(listing, due))
    if listing.hold.code == NOT_ALIGNED:
        return Problem("next_would_align", _would_send(listing, due))
    return Problem("next_person", {"hold": listing.hold.code}, listing.hold.fix)


def _would_send(listing: Listing, due: frozenset[LedgerField]) -> dict[str, str]:
    values = []
    if LedgerField.QUANTITY in due:
        values.append(f"quantity {listing.computed.quantity}")
    if LedgerField.PRICE in due:
        values.append(f"price {listing.computed.price}")
    return {"values": " and ".join(values)}


def _story(listing: Listing, account: Account, field: LedgerField) -> FieldStory:
    quantity = field is LedgerField.QUANTITY
    computed = listing.computed
    return FieldStory(
        field=field,
        computed=computed.quantity if quantity else computed.price,
        trace=computed.quantity_trace if quantity else computed.price_trace,
        sent=listing.sent.quantity if quantity else listing.sent.price,
        accepted=listing.accepted.quantity if quantity else listing.accepted.price,
        seen=listing.seen.quantity if quantity else listing.seen.price,
        reason=field_reason(listing, account, field),
    )


def _clock(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
