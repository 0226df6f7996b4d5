"""What a creation profile can choose from in one shop: for the console's form, and to name what the shop does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, get_args

from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.offset_pages import counted_rows
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.manifest import PER_CALL
from listbridge.marketplaces.etsy.offers import wire
from listbridge.marketplaces.etsy.offers.eras import eras
from listbridge.marketplaces.etsy.offers.taxonomy import SHELF, Taxonomy
from listbridge.marketplaces.etsy.settings import CreationSettings, WhoMade

_KEPT = timedelta(hours=1)


def choices(http: EtsyHttp, taxonomy: Taxonomy) -> Mapping[str, Any]:
    """`{shipping_profiles, readiness_states, return_policies, shop_sections, production_partners, categories: [{id, name}],
    who_made, when_made: [word], currency}`. Raises RemoteError."""
    return {
        "shipping_profiles": [_row(one.shipping_profile_id, one.title) for one in shipping_profiles(http)],
        "readiness_states": [_row(one.readiness_state_id, _readiness(one)) for one in _readiness_states(http)],
        "return_policies": [_row(one.return_policy_id, _returns(one)) for one in _return_policies(http)],
        "shop_sections": [_row(one.shop_section_id, one.title) for one in _sections(http)],
        "production_partners": [_row(one.production_partner_id, one.partner_name) for one in _partners(http)],
        "categories": [_row(one.id, one.name) for one in taxonomy.categories().values()],
        "who_made": list(get_args(WhoMade)),
        "when_made": list(eras(http.connection.clock.now().year)),
        "currency": http.currency,
    }


def not_there(http: EtsyHttp, settings: CreationSettings) -> Iterator[tuple[str, str, str]]:
    """What a creation profile has chosen and the shop does not have: the setting, what it is in words, the id. Raises RemoteError.

    What was there is believed for an hour, what was not is asked for again: a seller makes such a thing and chooses it at once.
    Shipping profiles are another matter, for more than their id counts (`shipping_profiles`).
    """
    for name, (words, read) in _CHOSEN.items():
        chosen = getattr(settings, name)
        wanted = [one for one in (chosen if isinstance(chosen, tuple) else (chosen,)) if one]
        for id in _missing(http, name, wanted, read):
            yield name, words, id


def _missing(http: EtsyHttp, name: str, wanted: Sequence[str], read: Callable[[EtsyHttp], Sequence[int]]) -> list[str]:
    if not wanted:
        return []
    key, now = (http.base, http.shop, name), http.connection.clock.now()
    known = SHELF.kept(key, now, _KEPT, lambda: frozenset(str(id) for id in read(http)))
    if not known.issuperset(wanted):
        # Asked for as of when all that is kept is over.
        known = SHELF.kept(key, now + _KEPT, timedelta(0), lambda: frozenset(str(id) for id in read(http)))
    return [id for id in wanted if id not in known]


def shipping_profiles(http: EtsyHttp) -> list[wire.ShippingProfileTold]:
    """Those that the seller did not delete. Raises RemoteError."""
    request = _of_shop(http, "shipping-profiles", "getShopShippingProfiles")
    return [one for one in http.read(request, wire.ShippingProfilesTold).results if not one.is_deleted]


def _readiness_states(http: EtsyHttp) -> list[wire.ReadinessStateTold]:
    def page(offset: int) -> tuple[tuple[wire.ReadinessStateTold, ...], int]:
        params = {"limit": PER_CALL, "offset": offset}
        request = _of_shop(http, "readiness-state-definitions", "getShopReadinessStateDefinitions", params)
        told = http.read(request, wire.ReadinessStatesTold)
        return told.results, told.count

    return counted_rows(page)


def _return_policies(http: EtsyHttp) -> tuple[wire.ReturnPolicyTold, ...]:
    request = _of_shop(http, "policies/return", "getShopReturnPolicies")
    return http.read(request, wire.ReturnPoliciesTold).results


def _sections(http: EtsyHttp) -> tuple[wire.SectionTold, ...]:
    return http.read(_of_shop(http, "sections", "getShopSections"), wire.SectionsTold).results


def _partners(http: EtsyHttp) -> tuple[wire.PartnerTold, ...]:
    request = _of_shop(http, "production-partners", "getShopProductionPartners")
    return http.read(request, wire.PartnersTold).results


def _of_shop(http: EtsyHttp, path: str, operation: str, params: Mapping[str, Any] | None = None) -> Request:
    return Request("GET", f"shops/{path_of(http.shop)}/{path}", operation, params=params)


def _row(id: int | str, name: str) -> dict[str, str]:
    return {"id": str(id), "name": name or str(id)}


def _readiness(state: wire.ReadinessStateTold) -> str:
    words = (state.readiness_state.replace("_", " "), state.processing_days_display_label)
    return ", ".join(word for word in words if word)


def _returns(policy: wire.ReturnPolicyTold) -> str:
    taken = [
        word for word, yes in (("returns", policy.accepts_returns), ("exchanges", policy.accepts_exchanges)) if yes
    ]
    if not taken:
        return "no returns, no exchanges"
    within = f" within {policy.return_deadline} days" if policy.return_deadline else ""
    return f"{' and '.join(taken)}{within}"


_CHOSEN: Mapping[str, tuple[str, Callable[[EtsyHttp], Sequence[int]]]] = {
    "readiness_state_id": (
        "processing profile",
        lambda http: [one.readiness_state_id for one in _readiness_states(http)],
    ),
    "return_policy_id": ("return policy", lambda http: [one.return_policy_id for one in _return_policies(http)]),
    "shop_section_id": ("section", lambda http: [one.shop_section_id for one in _sections(http)]),
    "production_partner_ids": (
        "production partner",
        lambda http: [one.production_partner_id for one in _partners(http)],
    ),
}
"""By the setting: what it is in words, and the ids that the shop has."""
