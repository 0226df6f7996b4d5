"""What `make up` tells: everything that a newcomer needs to sign in, to connect the simulators and to let things happen there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from localrun.accounts import GROUPS
from localrun.system import LocalSystem
from simulators.kit.stand_in import AnyStandIn

ENVIRONMENT = "env"
"""The file in a run's folder that holds the variables for a shell; it is its owner's alone, as the folder is."""


def environment(system: LocalSystem) -> dict[str, str]:
    """The variables with which the tutorial's calls find the running system, by name."""
    login = system.login("admin")
    return {
        "API": f"{system.api_url}/v1",
        "AWS": system.emulator.url,
        system.shop.VARIABLE: system.shop_url,
        system.marketplace.VARIABLE: system.marketplace_url,
        "CLIENT_ID": system.outputs["UserPoolClientId"],
        "EMAIL": login.email,
        "PASSWORD": login.password,
        "TOKEN": system.token("admin"),
    }


def write_environment(system: LocalSystem) -> Path:
    """Write the variables as a file for the shell; returns it."""
    path = system.folder / ENVIRONMENT
    path.touch(mode=0o600)
    path.chmod(0o600)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment(system).items()]
    path.write_text("\n".join(lines) + "\n")
    return path


def forget_environment(system: LocalSystem) -> None:
    """Remove the file, when the system that it leads to stops."""
    (system.folder / ENVIRONMENT).unlink(missing_ok=True)


def describe(system: LocalSystem) -> str:
    """The text that stands in the terminal while the system is up."""
    told = environment(system)
    file = write_environment(system)
    people = [(group, system.login(group)) for group in GROUPS]
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    lines = [
        "",
        f"  API        {told['API']}      header  Authorization: $TOKEN  (and Content-Type: application/json with a body)",
        *(f"  {group:<10} {login.email}  {login.password}" for group, login in people),
        f"  client id  {told['CLIENT_ID']}  (for signing in; a token is good for an hour)",
        "",
        *(line for outside in (system.shop, system.marketplace) for line in _outside(outside)),
        "  These are simulators. Let things happen in them by JSON; this door needs no token and no header:",
        *(line for outside in (system.shop, system.marketplace) for line in _deeds(outside)),
        f"    all deeds      curl -sS ${system.shop.VARIABLE}/_sim/deeds; curl -sS ${system.marketplace.VARIABLE}/_sim/deeds",
        f"    look           curl -sS ${system.shop.VARIABLE}/_sim/state; curl -sS ${system.marketplace.VARIABLE}/_sim/listings; curl -sS ${system.marketplace.VARIABLE}/_sim/orders",
        "",
        f"  AWS        {told['AWS']}  (MiniStack; region eu-central-1, any key)",
        f"  logs       .venv/bin/python -m localrun logs --name {system.name} revise_inventory  (or another folder of functions/)",
    ]
    if system.tunnel_url:
        lines.append(
            f"  tunnel     lead {system.public_url} to {system.tunnel_url}: only /webhooks and /callbacks answer there"
        )
    lines += [
        "",
        "In a second terminal, in this folder:",
        "",
        f"  . {shown}",
        '  curl -sS -H "Authorization: $TOKEN" $API/health',
        "",
        "Then docs/tutorial.md. Ctrl-C stops it.",
    ]
    return "\n".join(lines)


def _outside(outside: AnyStandIn) -> Iterator[str]:
    first, *more = outside.access()
    yield f"  {outside.LABEL:<10} {outside.url}  {first}"
    yield from (f"             {line}" for line in more)


def _deeds(outside: AnyStandIn) -> Iterator[str]:
    for what, deed in outside.examples().items():
        yield f"    {what:<14} curl -sS ${outside.VARIABLE}/_sim/deeds -d '{deed}'"
