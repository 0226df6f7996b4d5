"""Connect a shop, check it, give it new credentials, disconnect it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, FormerShop, Shop
from listbridge.domain.ids import ShopId, new_id
from listbridge.domain.ports import Conflict, HookReport, Missing, ShopIdentity
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.configuration.credentials import SHOPS, reconnected, replace_credentials, trial
from listbridge.services.configuration.hook_keys import forget_hook_keys, make_hook_keys
from listbridge.services.configuration.public_address import register_hooks, remove_hooks, restore_hooks
from listbridge.services.connection_state import expire_shop, secret_name, with_facts
from listbridge.services.deps import ConnectionDeps
from listbridge.services.refusal import Refused

CURRENCY_UNKNOWN = "XXX"  # ISO 4217: no currency


@dataclass(frozen=True, slots=True)
class ShopCheck:
    """What a look at a shop found. `hooks_problem` says why the shop may not call us now."""

    shop: Shop
    identity: ShopIdentity
    hooks: HookReport | None = None
    hooks_problem: Problem | None = None


def connect_shop(deps: ConnectionDeps, draft: Shop, credentials: Mapping[str, str], actor: str) -> ShopCheck:
    """Connect the shop that the draft describes, once its credentials are proven; the draft's id is used.

    The currency is the shop's own word. The credentials are stored first: a document without them would be a shop that
    nobody can open, while credentials without a document are merely forgotten.

    Raises:
        RemoteError: the shop did not let us in; nothing is kept.
        Refused: a chosen location is not one of the shop's.
    """
    deps.secrets.put(secret_name(SHOPS, draft.id), credentials)
    connected = False
    try:
        identity = deps.shops.open(draft).identify()
        _refuse_unknown_locations(draft, identity)
        shop = deps.configuration.save(
            draft.model_copy(update={"currency": identity.currency, "facts": dict(identity.facts)})
        )
        connected = True
    finally:
        if not connected:
            deps.secrets.delete(secret_name(SHOPS, draft.id))
    _make_keys(deps, shop)
    params = {"name": shop.name, "domain": identity.domain}
    deps.activity.note(ActivityEntry(shop.id, "shop_connected", deps.clock.now(), params, None, actor))
    return _with_hooks(shop, identity, partial(register_hooks, deps, shop))


def prepare_shop(deps: ConnectionDeps, draft: Shop, credentials: Mapping[str, str], actor: str) -> Shop:
    """Keep a shop that has still to hand over what opens it: it is disconnected until then."""
    deps.secrets.put(secret_name(SHOPS, draft.id), credentials)
    shop = deps.configuration.save(draft.model_copy(update={"state": ConnectionState.DISCONNECTED}))
    params = {"name": shop.name}
    deps.activity.note(ActivityEntry(shop.id, "shop_prepared", deps.clock.now(), params, None, actor))
    return shop


def check_shop(deps: ConnectionDeps, shop: Shop, actor: str) -> ShopCheck:
    """Ask the shop who it is and see to its webhooks.

    A shop that works again, or that lacked a webhook, is read from end to end for what it could not tell.
    Raises RemoteError; dead credentials are noted first.
    """
    try:
        identity = deps.shops.open(shop).identify()
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        raise
    if shop.state is ConnectionState.ACTIVE:
        shop = with_facts(deps, shop, identity.facts)
        return _with_hooks(shop, identity, partial(restore_hooks, deps, shop, actor))
    _refuse_other_shop(shop, identity)
    return _back(deps, shop, identity, actor)


def replace_shop_credentials(
    deps: ConnectionDeps,
    shop: Shop,
    credentials: Mapping[str, str],
    actor: str,
    settings: Mapping[str, Any] | None = None,
) -> ShopCheck:
    """Put new credentials in the place of the old, once they are proven to open a shop of the same currency. `settings` came
    with them, and stand beside the others.

    Raises:
        RemoteError: they do not work; the old ones stay.
        Refused: they open a shop that cannot be this one.
    """
    learned = {"settings": {**shop.settings, **settings}} if settings else {}
    credentials = _with_those_before(deps, shop, credentials)
    with trial(deps, SHOPS, credentials) as trial_id:
        candidate = shop.model_copy(update={"id": ShopId(trial_id), **learned})
        identity = deps.shops.open(candidate).identify()
        credentials = deps.secrets.get(secret_name(SHOPS, trial_id))  # a token may have been renewed by that
    _refuse_other_shop(shop, identity)
    replace_credentials(deps, SHOPS, shop.id, credentials)
    return _back(deps, shop, identity, actor, **learned)


def _with_those_before(deps: ConnectionDeps, shop: Shop, credentials: Mapping[str, str]) -> Mapping[str, str]:
    """The credentials with what the platform may still sign with: else every delivery of the next hour would be refused."""
    try:
        stored = deps.secrets.get(secret_name(SHOPS, shop.id))
    except Missing:
        return credentials
    kept = {}
    for name, before in deps.shops.traits(shop).kept_at_rotation.items():
        changed = stored.get(name, "") != credentials.get(name, "")
        old = stored.get(name, "") if changed else stored.get(before, "")
        if old and not credentials.get(before):
            kept[before] = old
    return {**credentials, **kept}


def disconnect_shop(deps: ConnectionDeps, shop: Shop, actor: str) -> None:
    """Forget a shop that no account sells for, its webhooks first. Raises Refused while one does.

    A shop that no longer lets us in is forgotten all the same: its activity says what was left there.
    """
    used_by = [account.name for account in deps.configuration.all(Account) if account.shop == shop.id]
    if used_by:
        raise Refused(Problem("shop_in_use", {"accounts": ", ".join(used_by)}, "remove_accounts_first"))
    told = [ActivityEntry(shop.id, "shop_removed", deps.clock.now(), {"name": shop.name}, None, actor)]
    if shop.currency != CURRENCY_UNKNOWN:  # one that never handed over what opens it has no hooks of ours
        told.append(_without_hooks(deps, shop, actor))
    with suppress(Conflict):  # a call before this one came as far
        deps.configuration.save(FormerShop(id=shop.id))
    deps.configuration.delete(shop)
    deps.secrets.delete(secret_name(SHOPS, shop.id))
    forget_hook_keys(deps, shop.id)
    deps.activity.note(*told)


def _without_hooks(deps: ConnectionDeps, shop: Shop, actor: str) -> ActivityEntry:
    """Remove the hooks; what there is to tell about it."""
    try:
        topics = remove_hooks(deps, shop)
    except RemoteError as error:
        event, params = "hooks_left", error.problem.as_reason()
    else:
        event, params = "hooks_removed", {"topics": ", ".join(topics)}
    return ActivityEntry(shop.id, event, deps.clock.now(), params, None, actor)


def new_shop_id() -> ShopId:
    """An id for a draft."""
    return ShopId(new_id("shop"))


def _back(
    deps: ConnectionDeps, shop: Shop, identity: ShopIdentity, actor: str, **learned: Mapping[str, Any]
) -> ShopCheck:
    """The shop works, for the first time or again. It is read once its hooks stand: events that came while it was away
    are lost."""
    told = {"currency": identity.currency, "facts": dict(identity.facts)}
    shop = reconnected(deps, shop, actor, **told, **learned)
    _make_keys(deps, shop)
    check = _with_hooks(shop, identity, partial(register_hooks, deps, shop))
    start_sweep(deps, shop, actor)
    return check


def _with_hooks(shop: Shop, identity: ShopIdentity, see_to_hooks: Callable[[], HookReport | None]) -> ShopCheck:
    try:
        hooks = see_to_hooks()
    except RemoteError as error:  # the connection stands; the hourly check tries again
        return ShopCheck(shop, identity, None, error.problem)
    if hooks is None:
        return ShopCheck(shop, identity, None, Problem("public_address_unknown", fix="set_public_address"))
    return ShopCheck(shop, identity, hooks)


def _make_keys(deps: ConnectionDeps, shop: Shop) -> None:
    if deps.shops.traits(shop).hook_keys:
        make_hook_keys(deps, shop.id)


def _refuse_other_shop(shop: Shop, identity: ShopIdentity) -> None:
    """One that was only prepared may be any; its locations were not looked at yet."""
    if shop.currency == CURRENCY_UNKNOWN:
        _refuse_unknown_locations(shop, identity)
    elif identity.currency != shop.currency:
        params = {"expected": shop.currency, "found": identity.currency}
        raise Refused(Problem("other_shop", params, "connect_as_new_shop"))


def _refuse_unknown_locations(shop: Shop, identity: ShopIdentity) -> None:
    unknown = [place for place in shop.locations if place not in identity.locations]
    if unknown:
        raise Refused(Problem("location_unknown", {"locations": ", ".join(unknown)}, "choose_location"))
