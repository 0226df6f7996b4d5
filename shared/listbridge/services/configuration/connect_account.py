"""Connect a seller account, check it, give it new credentials, disconnect it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, InventoryRead, SalesList, Shop
from listbridge.domain.ids import AccountId, Site, new_id
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.reserving import holds_stock
from listbridge.domain.ports import AccountIdentity
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.services.catalog.nudge import nudge
from listbridge.services.configuration.credentials import ACCOUNTS, reconnected, replace_credentials, trial
from listbridge.services.configuration.hook_keys import forget_hook_keys
from listbridge.services.configuration.queue_events import keep_listening, stop_listening
from listbridge.services.configuration.switches import refuse_apart
from listbridge.services.connection_state import expire_account, secret_name, with_facts
from listbridge.services.deps import AccountDeps, CheckDeps, ConnectionDeps, CoreDeps, OrderDeps
from listbridge.services.listings.revise.failed_updates import causes_changed
from listbridge.services.orders.arrive.ask_for_orders import poll_now
from listbridge.services.refusal import Refused

_CONNECTING_S = 30.0
_ORDERS = 200
_MAPPINGS = 500


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What a look at an account found."""

    account: Account
    identity: AccountIdentity


def connect_account(deps: ConnectionDeps, draft: Account, credentials: Mapping[str, str], actor: str) -> AccountCheck:
    """Connect the account that the draft describes, once its credentials are proven; the draft's id is used.

    Raises:
        RemoteError: the marketplace did not let us in; nothing is kept.
        Missing: there is no such shop.
        Refused: the seller is connected already (their listings would have two masters), or lacks a chosen site.
        FieldRefused: the marketplace does not take the draft's switches together.
    """
    deps.configuration.get(Shop, draft.shop)
    refuse_apart(deps, draft, draft)
    deps.secrets.put(secret_name(ACCOUNTS, draft.id), credentials)
    connected = False
    try:
        identity = deps.marketplaces.open(draft).identify()
        with _only_one_for(deps, draft, identity):
            account = deps.configuration.save(draft.model_copy(update=_as_identified(draft, identity)))
        connected = True
    finally:
        if not connected:
            deps.secrets.delete(secret_name(ACCOUNTS, draft.id))
    poll_now(deps, account)  # orders are imported from this moment on
    keep_listening(deps, account)
    _tell(deps, account, "account_connected", actor)
    return AccountCheck(account, identity)


def prepare_account(deps: ConnectionDeps, draft: Account, credentials: Mapping[str, str], actor: str) -> Account:
    """Keep an account whose seller has still to consent: it is disconnected until they do.

    Raises Missing, and FieldRefused for switches that the marketplace does not take together.
    """
    deps.configuration.get(Shop, draft.shop)
    refuse_apart(deps, draft, draft)
    deps.secrets.put(secret_name(ACCOUNTS, draft.id), credentials)
    waiting = draft.model_copy(update={"state": ConnectionState.DISCONNECTED})
    account = deps.configuration.save(waiting)
    _tell(deps, account, "account_prepared", actor)
    return account


def check_account(deps: AccountDeps, account: Account, actor: str) -> AccountCheck:
    """Ask the marketplace who the account is, and for its orders; what is due moves when it works again.

    Raises RemoteError; dead credentials are noted first.
    """
    if account.state is ConnectionState.ACTIVE:
        poll_now(deps, account)  # first: calls that ask who somebody is are few, and their orders do not wait for one
    try:
        identity = deps.marketplaces.open(account).identify()
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        raise
    if account.state is ConnectionState.ACTIVE:
        account = with_facts(deps, account, identity.facts)
    else:
        _refuse_other_seller(account, identity)
        with _only_one_for(deps, account, identity):
            account = _identified_again(deps, account, identity, actor)
        nudge(deps, account.id)
        causes_changed(deps, [account.id])
        poll_now(deps, account)
    keep_listening(deps, account)
    return AccountCheck(account, identity)


def replace_account_credentials(
    deps: ConnectionDeps,
    account: Account,
    credentials: Mapping[str, str],
    actor: str,
    settings: Mapping[str, Any] | None = None,
) -> AccountCheck:
    """Put new credentials in the place of the old, once they are proven to be the same seller's. `settings` came with them,
    and stand beside the others.

    Raises:
        RemoteError: they do not work; the old ones stay.
        Refused: they are another seller's, or that seller is connected as another account.
    """
    learned = {"settings": {**account.settings, **settings}} if settings else {}
    with trial(deps, ACCOUNTS, credentials) as trial_id:
        candidate = account.model_copy(update={"id": AccountId(trial_id), **learned})
        identity = deps.marketplaces.open(candidate).identify()
        credentials = deps.secrets.get(secret_name(ACCOUNTS, trial_id))  # a token may have been renewed by that
    _refuse_other_seller(account, identity)
    with _only_one_for(deps, account, identity):
        replace_credentials(deps, ACCOUNTS, account.id, credentials)
        account = _identified_again(deps, account, identity, actor, **learned)
    nudge(deps, account.id)
    causes_changed(deps, [account.id])
    poll_now(deps, account)
    keep_listening(deps, account)
    return AccountCheck(account, identity)


def disconnect_account(deps: CheckDeps, account: Account, actor: str) -> None:
    """Forget an account without sales lists and open orders.

    Raises Refused while it has a list, for its listings would be orphans, or an order that holds stock, for it would
    forever.
    """
    lists = [sales_list.name for sales_list in deps.configuration.all(SalesList) if sales_list.account == account.id]
    if lists or has_listings(deps, account.id):
        raise Refused(Problem("account_in_use", {"lists": ", ".join(lists)}, "remove_sales_lists_first"))
    held = _order_with_stock(deps, account.id)
    if held is not None:
        raise Refused(Problem("account_has_open_orders", {"order": held.key.remote}, "finish_orders_first"))
    stop_listening(deps, account)  # first: without its credentials nobody can
    _forget_what_it_had(deps, account)
    deps.configuration.delete(account)
    deps.secrets.delete(secret_name(ACCOUNTS, account.id))
    forget_hook_keys(deps, account.id)
    _tell(deps, account, "account_removed", actor)


def _forget_what_it_had(deps: OrderDeps, account: Account) -> None:
    """Its own SKU mappings, and which inventory was read last. The account goes after them: asked again, the rest goes too."""
    while page := deps.sku_mappings.page(account.id, None, _MAPPINGS)[0]:
        for mapping in page:
            deps.sku_mappings.delete(account.id, mapping.marketplace_sku)
    for read in deps.configuration.all(InventoryRead):
        if read.id.startswith(InventoryRead.id_of(account.id, Site(""))):
            deps.configuration.delete(read)


def _order_with_stock(deps: OrderDeps, account: AccountId) -> Order | None:
    cursor = None
    while True:
        rows, cursor = deps.orders.recent(account, cursor, _ORDERS)
        held = next((row for row in rows if row.absorbed_from is None and holds_stock(row)), None)
        if held is not None or cursor is None:
            return held


def has_listings(deps: AccountDeps, account: AccountId) -> bool:
    """Whether the account has any listing: as long as it has, it stays with its shop (protocol.md#owners)."""
    rows, _ = deps.listings.of_account(account, None, 1)
    return bool(rows)


def new_account_id() -> AccountId:
    """An id for a draft."""
    return AccountId(new_id("acc"))


@contextmanager
def _only_one_for(deps: CoreDeps, account: Account, identity: AccountIdentity) -> Iterator[None]:
    """Two requests cannot connect one seller twice: the second one finds the lease or the other account."""
    key = f"connect#{account.marketplace}#{identity.remote_name}"
    lease = deps.leases.acquire(key, account.id, seconds=_CONNECTING_S)
    if lease is None:
        raise Refused(Problem("seller_being_connected", {"seller": identity.remote_name}, "repeat_later"))
    try:
        for other in deps.configuration.all(Account):
            same = (other.marketplace, other.remote_name) == (account.marketplace, identity.remote_name)
            if same and other.id != account.id:
                params = {"seller": identity.remote_name, "account": other.name}
                raise Refused(Problem("seller_connected_already", params, "use_other_account"))
        yield
    finally:
        deps.leases.release(lease)


def _refuse_other_seller(account: Account, identity: AccountIdentity) -> None:
    if account.remote_name and account.remote_name != identity.remote_name:
        params = {"expected": account.remote_name, "found": identity.remote_name}
        raise Refused(Problem("other_seller", params, "connect_as_new_account"))


def _as_identified(account: Account, identity: AccountIdentity) -> dict[str, object]:
    unavailable = [site for site in account.sites if site not in identity.sites]
    if unavailable:
        raise Refused(Problem("site_unavailable", {"sites": ", ".join(unavailable)}, "choose_other_site"))
    return _with_sites(identity, account.sites or identity.sites)


def _identified_again(
    deps: CoreDeps, account: Account, identity: AccountIdentity, actor: str, **learned: object
) -> Account:
    """The account connected again, with the sites that its seller has by now.

    A site that is offered for the first time is taken in; one that is not offered any more is left, unless a sales list
    sells there: its listings are refused one by one, each with its reason, and no other site waits for that.
    """
    used = {one.site for one in deps.configuration.all(SalesList) if one.account == account.id}
    kept = tuple(site for site in account.sites if site in identity.sites or site in used)
    known = {*account.sites, *(account.offered or identity.sites)}
    sites = (*kept, *(site for site in identity.sites if site not in known)) or identity.sites
    before = account.sites
    account = reconnected(deps, account, actor, **_with_sites(identity, sites), **learned)
    if before and set(sites) != set(before):
        changed = {
            "name": account.name,
            "added": ", ".join(site for site in sites if site not in before) or "–",
            "left": ", ".join(site for site in before if site not in sites) or "–",
        }
        deps.activity.note(ActivityEntry(account.id, "sites_changed", deps.clock.now(), changed, account.id, actor))
    return account


def _with_sites(identity: AccountIdentity, sites: tuple[Site, ...]) -> dict[str, object]:
    return {
        "state": ConnectionState.ACTIVE,
        "remote_name": identity.remote_name,
        "sites": sites,
        "offered": identity.sites,
        "facts": dict(identity.facts),
    }


def _tell(deps: CoreDeps, account: Account, event: str, actor: str) -> None:
    params = {"name": account.name, "seller": account.remote_name}
    deps.activity.note(ActivityEntry(account.id, event, deps.clock.now(), params, account.id, actor))
