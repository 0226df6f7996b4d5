"""Secrets and secret addresses that we make ourselves, for platforms that let us choose the one or sign nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from listbridge.domain.ports import HookKeys, Missing
from listbridge.services.connection_state import secret_name
from listbridge.services.deps import ConnectionDeps

HOOKS = "hooks"
"""Where they are, below our prefix: apart from credentials, so that the door reads no account's."""
_TOLD = "told"
"""The field of a secret that the platform made, and a person entered."""


def make_hook_keys(deps: ConnectionDeps, id: str) -> HookKeys:
    """The keys of this shop or account, made when it has none yet. Only the admin function may."""
    try:
        return hook_keys(deps, id)
    except Missing:
        # Letters that no platform escapes: one decodes the entities in a secret before it signs with it.
        made = {"secret": secrets.token_hex(32), "token": secrets.token_urlsafe(32)}
        deps.secrets.put(secret_name(HOOKS, id), made)
        return keys_in(made)


def keep_told_secret(deps: ConnectionDeps, id: str, told: str) -> HookKeys:
    """Keep the secret with which the platform itself says that it signs, in the place of an earlier one. Raises Missing where no
    address was made yet."""
    name = secret_name(HOOKS, id)
    deps.secrets.put(name, {**deps.secrets.get(name), _TOLD: told})
    return hook_keys(deps, id)


def hook_keys(deps: ConnectionDeps, id: str) -> HookKeys:
    """Raises Missing."""
    return keys_in(deps.secrets.get(secret_name(HOOKS, id)))


def forget_hook_keys(deps: ConnectionDeps, id: str) -> None:
    """What comes by the secret address from now on is forged."""
    deps.secrets.delete(secret_name(HOOKS, id))


def keys_in(secret: Mapping[str, str]) -> HookKeys:
    """From what is stored."""
    return HookKeys((secret["secret"],), secret["token"], secret.get(_TOLD, ""))


def hook_address(base: str, id: str, keys: HookKeys | None) -> str:
    """Where the platform calls us. The token follows a dot, in the same segment: access logs know the route alone."""
    return f"{base}/webhooks/{id}.{keys.token}" if keys is not None else f"{base}/webhooks/{id}"
