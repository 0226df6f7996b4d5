"""What `make up` tells: everything that a newcomer needs to sign in, to connect the simulators and to let things happen there."""

from __future__ import annotations

import shlex
from pathlib import Path

from localrun.accounts import GROUPS
from localrun.simulators import EBAY_APP, SHOPIFY_APP
from localrun.system import LocalSystem

ENVIRONMENT = "env"
"""The file in a run's folder that holds the variables for a shell; it is its owner's alone, as the folder is."""


def environment(system: LocalSystem) -> dict[str, str]:
    """The variables with which the tutorial's calls find the running system, by name."""
    login = system.login("admin")
    return {
        "API": f"{system.api_url}/v1",
        "AWS": system.emulator.url,
        "SHOPIFY": system.shopify_url,
        "EBAY": system.ebay_url,
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
        f"  Shopify    {told['SHOPIFY']}  domain {SHOPIFY_APP['domain']}",
        f"             client_id {SHOPIFY_APP['client_id']}  client_secret {SHOPIFY_APP['client_secret']}",
        f"  eBay       {told['EBAY']}  client_id {EBAY_APP['client_id']}  client_secret {EBAY_APP['client_secret']}",
        "             the refresh_token comes with each seller that you add",
        "  These are simulators. Let things happen in them by JSON; this door needs no token and no header:",
        f"    add a product  curl -sS $SHOPIFY/_sim/deeds -d '{_PRODUCT}'",
        f"    change stock   curl -sS $SHOPIFY/_sim/deeds -d '{_STOCK}'",
        f"    add a seller   curl -sS $EBAY/_sim/deeds -d '{_SELLER}'",
        f"    buy            curl -sS $EBAY/_sim/deeds -d '{_PURCHASE}'",
        "    all deeds      curl -sS $SHOPIFY/_sim/deeds; curl -sS $EBAY/_sim/deeds",
        "    look           curl -sS $SHOPIFY/_sim/state; curl -sS $EBAY/_sim/listings; curl -sS $EBAY/_sim/orders",
        "",
        f"  AWS        {told['AWS']}  (MiniStack; region eu-central-1, any key)",
        f"  logs       .venv/bin/python -m localrun logs --name {system.name} revise_inventory  (or another folder of functions/)",
    ]  # fmt: skip
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


_PRODUCT = (
    '{"deed": "add_product", "title": "Mug", "variants": [{"sku": "MUG", "price": "12.00", "stock": 7}]}'
)
_STOCK = '{"deed": "set_stock", "sku": "MUG", "available": 5}'
_SELLER = '{"deed": "add_seller", "username": "anna", "marketplaces": ["EBAY_DE"]}'
_PURCHASE = '{"deed": "buy", "sku": "MUG", "quantity": 1}'
