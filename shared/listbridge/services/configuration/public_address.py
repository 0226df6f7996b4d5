"""The public address of the installation: every webhook and callback address is built from it."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import ConnectionState, Deployment, Shop
from listbridge.domain.ports import ConfigurationStore, Conflict, HookKeys, HookReport, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.configuration.hook_keys import hook_address, hook_keys
from listbridge.services.deps import ConnectionDeps


def ensure_public_address(deps: ConnectionDeps, *, configured: str, called: str) -> str:
    """The address in force, without a trailing slash; saved, and the hooks registered again, when it changed.

    `configured` is the deployment's own setting and always wins; without one the address under which the first
    authenticated caller reached us (`called`) is kept. Safe to call with every request.
    """
    known = public_base_url(deps.configuration)
    wanted = configured.rstrip("/") or known or called.rstrip("/")
    if not wanted or wanted == known:
        return known
    try:
        deps.configuration.save(_deployment(deps.configuration).model_copy(update={"public_base_url": wanted}))
    except Conflict:
        return public_base_url(deps.configuration)  # another request saved it a moment ago, and sees to the hooks
    deps.activity.note(ActivityEntry("this", "public_address_changed", deps.clock.now(), {"url": wanted}))
    register_all_hooks(deps)
    return wanted


def register_all_hooks(deps: ConnectionDeps) -> None:
    """Point every usable shop's webhooks at the address in force; what fails now the hourly check does again."""
    for shop in deps.configuration.all(Shop):
        if shop.state is not ConnectionState.ACTIVE:
            continue
        try:
            restore_hooks(deps, shop, "listbridge")
        except RemoteError as error:
            params = error.problem.as_reason()
            deps.activity.note(ActivityEntry(shop.id, "check_failed", deps.clock.now(), params))


def register_hooks(deps: ConnectionDeps, shop: Shop) -> HookReport | None:
    """Make sure that the shop calls us; None as long as nobody knows our address. Raises RemoteError."""
    base = public_base_url(deps.configuration)
    if not base:
        return None
    keys = _keys(deps, shop)
    adapter, address = deps.shops.open(shop), hook_address(base, shop.id, keys)
    return adapter.ensure_webhooks(address, *keys.secrets) if keys is not None else adapter.ensure_webhooks(address)


def remove_hooks(deps: ConnectionDeps, shop: Shop) -> tuple[str, ...]:
    """See to it that the shop no longer calls us; the topics that it told us about. Raises RemoteError."""
    address = hook_address(public_base_url(deps.configuration), shop.id, _keys(deps, shop))
    return deps.shops.open(shop).remove_webhooks(address)


def restore_hooks(deps: ConnectionDeps, shop: Shop, actor: str) -> HookReport | None:
    """See to the webhooks of a shop that was connected before, and read what a missing one did not tell.

    Code that registers a hook again closes the gap too: the hook is healthy from then on, and nothing else would find
    what it missed. None as long as nobody knows our address. Raises RemoteError.
    """
    report = register_hooks(deps, shop)
    if report is not None and report.created:
        params = {"topics": ", ".join(report.created)}
        deps.activity.note(ActivityEntry(shop.id, "hooks_restored", deps.clock.now(), params, None, actor))
        start_sweep(deps, shop, actor)
    return report


def public_base_url(configuration: ConfigurationStore) -> str:
    """Where the outside world reaches us; empty until it is set or learned."""
    return _deployment(configuration).public_base_url


def _keys(deps: ConnectionDeps, shop: Shop) -> HookKeys | None:
    """Raises Rejected when those that were made are gone: connecting the shop again makes new ones."""
    if not deps.shops.traits(shop).hook_keys:
        return None
    try:
        return hook_keys(deps, shop.id)
    except Missing:
        raise Rejected(Problem("credentials_missing", {"name": shop.name}, "reconnect_shop")) from None


def _deployment(configuration: ConfigurationStore) -> Deployment:
    try:
        return configuration.get(Deployment, "this")
    except Missing:
        return Deployment(id="this")
