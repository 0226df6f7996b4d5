"""Create, edit and delete configuration documents, and keep them consistent with each other.

An edit of a shop, account, sales list or profile may move listings, so it is only ever proposed (protocol.md#guard).
What is new has no listings yet, and a creation profile touches none until somebody revises in full: these are saved at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import (
    Account,
    CreationProfile,
    Deployment,
    Document,
    Profile,
    SalesList,
    SalesListMode,
    Shop,
    stamped,
)
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.jobs import Job
from listbridge.domain.merge_patch import merged
from listbridge.domain.ports import Conflict, Missing, ShopIdentity
from listbridge.domain.problem import Problem
from listbridge.services.configuration.change_configuration import propose, save_at_once
from listbridge.services.configuration.chosen_collections import check_collections
from listbridge.services.configuration.connect_account import has_listings
from listbridge.services.configuration.credentials import SHOPS, stored_on_trial
from listbridge.services.configuration.switches import refuse_apart
from listbridge.services.deps import AccountDeps, ConnectionDeps, CoreDeps, PublishDeps
from listbridge.services.listings.mirror.mirror_collections import mirror_soon
from listbridge.services.refusal import FieldRefused, Refused

D = TypeVar("D", bound=Document)
_MOVES_NO_LISTING = frozenset({"name", "create_orders", "import_orders", "relay_fulfillments"})
"""Fields of an account of which no listing's quantity, price or hold is made."""


def edited(
    document: D,
    changes: Mapping[str, Any],
    rev: int | None = None,
    *,
    settings: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
) -> D:
    """The document with these changes merged in (RFC 7396), checked as a whole.

    `rev` is the version that the editor looked at; without it the edit stands on the newest. `settings` checks a platform's
    own settings once they are merged. Raises Conflict when the document has moved on since, pydantic's ValidationError, and
    Refused for a part of a rule whose mode only a newer version knows: what that would mean there nobody can tell here.
    """
    if rev is not None and rev != document.rev:
        raise Conflict(document.id)
    values = merged(document.model_dump(), changes)
    if "settings" in changes:
        values["settings"] = settings(values.get("settings", {}))
    after = type(document).model_validate(values)
    for name, patch in (changes.get("rules") or {}).items():
        rule = getattr(getattr(after, "rules", None), name, None)
        if patch is not None and rule is not None and not rule.mode.known:
            raise Refused(rule.mode.newer)
    return after


def propose_shop(deps: ConnectionDeps, before: Shop, after: Shop, actor: str) -> Job:
    """Propose an edited shop. Raises RemoteError, and Refused when the settings lead to another shop."""
    if after.settings != before.settings:
        old, new = deps.shops.open(before).identify(), _candidate(deps, after)
        if old.domain != new.domain:
            raise Refused(Problem("other_shop", {"expected": old.domain, "found": new.domain}, "connect_as_new_shop"))
    if after.locations != before.locations:
        known = deps.shops.open(before).identify().locations
        unknown = [place for place in after.locations if place not in known]
        if unknown:
            raise Refused(Problem("location_unknown", {"locations": ", ".join(unknown)}, "choose_location"))
    return propose(deps, after, actor)


def propose_account(deps: AccountDeps, before: Account, after: Account, actor: str) -> Job:
    """Propose an edited account; what moves no listing is saved at once, and its job is done.

    Raises Missing, RemoteError, Conflict, and Refused when its listings stand against it.
    """
    if after.shop != before.shop:
        deps.configuration.get(Shop, after.shop)
        if has_listings(deps, before.id):
            raise Refused(Problem("account_has_listings", {"account": before.name}, "remove_items_first"))
    if set(after.sites) - set(before.sites):
        offered = deps.marketplaces.open(before).identify().sites
        missing = [site for site in after.sites if site not in offered]
        if missing:
            raise Refused(Problem("site_unavailable", {"sites": ", ".join(missing)}, "choose_other_site"))
    refuse_apart(deps, after, after, before)
    for sales_list in _lists_of(deps, before.id):
        if sales_list.site not in after.sites:
            params = {"site": sales_list.site, "list": sales_list.name}
            raise Refused(Problem("site_in_use", params, "remove_sales_lists_first"))
    if not _differing(before, after) - _MOVES_NO_LISTING:
        return save_at_once(deps, after, actor)
    return propose(deps, after, actor)


def create_sales_list(deps: ConnectionDeps, sales_list: SalesList, actor: str) -> SalesList:
    """A new sales list; one in collection mode begins to read its collections at once.

    Raises Missing for what it names, Refused when that does not fit together, UnfitCollections, and RemoteError.
    """
    account = deps.configuration.get(Account, sales_list.account)
    if sales_list.site not in account.sites:
        params = {"sites": sales_list.site, "account": account.name}
        raise FieldRefused("site", Problem("site_unavailable", params, "choose_other_site"))
    _refuse_unfit_profiles(deps, sales_list, account)
    refuse_apart(deps, account, sales_list)
    check_collections(deps, account, sales_list.collections)
    created = _created(deps, stamped(None, sales_list, deps.clock.now()), account.id, actor)
    if created.mode is SalesListMode.COLLECTION:
        mirror_soon(deps, created, actor, at_once=True)
    return created


def propose_sales_list(deps: ConnectionDeps, before: SalesList, after: SalesList, actor: str) -> Job:
    """Propose an edited sales list; its account and site are part of its listings' identity and stay.

    Raises Missing for what it names, Refused when that does not fit together, UnfitCollections, and RemoteError.
    """
    account = deps.configuration.get(Account, before.account)
    _refuse_unfit_profiles(deps, after, account)
    refuse_apart(deps, account, after, before)
    check_collections(deps, account, [id for id in after.collections if id not in before.collections])
    return propose(deps, stamped(before, after, deps.clock.now()), actor)


def delete_sales_list(deps: PublishDeps, sales_list: SalesList, actor: str) -> None:
    """Delete an empty sales list. Raises Refused while something is in it."""
    items, _ = deps.items.of_list(sales_list.id, None, 1)
    rows, _ = deps.listings.of_list(sales_list.id, None, 1)
    if items or rows:
        raise Refused(Problem("list_not_empty", {"list": sales_list.name}, "remove_items_first"))
    deps.members.forget(sales_list.id)
    _deleted(deps, sales_list, sales_list.account, actor)


def create_profile(deps: CoreDeps, profile: Profile, actor: str) -> Profile:
    """A new rule set, used by nobody yet."""
    return _created(deps, profile, None, actor)


def delete_profile(deps: CoreDeps, profile: Profile, actor: str) -> None:
    """Delete a rule set that no sales list uses. Raises Refused otherwise."""
    _refuse_if_used(deps, [row for row in _lists(deps) if row.profile == profile.id], profile.name)
    _deleted(deps, profile, None, actor)


def create_creation_profile(deps: AccountDeps, profile: CreationProfile, actor: str) -> CreationProfile:
    """A new creation profile. Raises Missing when the marketplace has no such site."""
    deps.marketplaces.currency(profile.marketplace, profile.site)
    return _created(deps, profile, None, actor)


def save_creation_profile(deps: CoreDeps, profile: CreationProfile, actor: str) -> CreationProfile:
    """Save an edited creation profile. Listings follow it when they are next sent or revised in full. Raises Conflict."""
    saved = deps.configuration.save(profile)
    _tell(deps, saved, "changed", None, actor)
    return saved


def delete_creation_profile(deps: CoreDeps, profile: CreationProfile, actor: str) -> None:
    """Delete a creation profile that no sales list uses. Raises Refused otherwise."""
    _refuse_if_used(deps, [row for row in _lists(deps) if row.creation_profile == profile.id], profile.name)
    _deleted(deps, profile, None, actor)


def save_settings(deps: CoreDeps, settings: Deployment, actor: str) -> Deployment:
    """Save what this installation is told about itself. Raises Conflict."""
    saved = deps.configuration.save(settings)
    params = {"days": str(saved.buyer_retention_days)}
    deps.activity.note(ActivityEntry("this", "settings_changed", deps.clock.now(), params, None, actor))
    return saved


def settings_of(deps: CoreDeps) -> Deployment:
    """The installation's settings, the defaults as long as nobody saved any."""
    try:
        return deps.configuration.get(Deployment, "this")
    except Missing:
        return Deployment()


def _differing(before: Document, after: Document) -> set[str]:
    old, new = before.model_dump(), after.model_dump()
    return {name for name in new if new[name] != old[name]}


def _candidate(deps: ConnectionDeps, shop: Shop) -> ShopIdentity:
    """Who answers under settings that are not saved."""
    with stored_on_trial(deps, SHOPS, shop.id) as trial_id:
        return deps.shops.open(shop.model_copy(update={"id": ShopId(trial_id)})).identify()


def _refuse_unfit_profiles(deps: CoreDeps, sales_list: SalesList, account: Account) -> None:
    if sales_list.profile is not None:
        deps.configuration.get(Profile, sales_list.profile)
    if sales_list.creation_profile is None:
        return
    creation = deps.configuration.get(CreationProfile, sales_list.creation_profile)
    if (creation.marketplace, creation.site) != (account.marketplace, sales_list.site):
        params = {"profile": creation.name, "site": sales_list.site}
        raise Refused(Problem("creation_profile_unfit", params, "choose_creation_profile"))


def _refuse_if_used(deps: CoreDeps, used_by: list[SalesList], name: str) -> None:
    if used_by:
        params = {"profile": name, "lists": ", ".join(row.name for row in used_by)}
        raise Refused(Problem("profile_in_use", params, "choose_other_profile_first"))


def _lists(deps: CoreDeps) -> list[SalesList]:
    return deps.configuration.all(SalesList)


def _lists_of(deps: CoreDeps, account: AccountId) -> list[SalesList]:
    return [row for row in _lists(deps) if row.account == account]


def _created(deps: CoreDeps, document: D, account: AccountId | None, actor: str) -> D:
    saved = deps.configuration.save(document)
    _tell(deps, saved, "created", account, actor)
    return saved


def _deleted(deps: CoreDeps, document: Document, account: AccountId | None, actor: str) -> None:
    deps.configuration.delete(document)
    _tell(deps, document, "removed", account, actor)


def _tell(deps: CoreDeps, document: Document, what: str, account: AccountId | None, actor: str) -> None:
    params = {"name": str(getattr(document, "name", document.id))}
    event = f"{document.kind}_{what}"
    deps.activity.note(ActivityEntry(document.id, event, deps.clock.now(), params, account, actor))
