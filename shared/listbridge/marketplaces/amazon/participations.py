"""Who an account is: the seller, and the stores of the region in which they sell."""

from __future__ import annotations

from listbridge.domain.credentials_end import CREDENTIALS_END
from listbridge.domain.ports import AccountIdentity
from listbridge.infra.calls.api_client import path_of
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE, SITES, NationalSite


def _prove(http: AmazonHttp, site: NationalSite) -> None:
    """That the seller's id is the token's: a browser brought it, or a person entered it. Raises Unauthorized."""
    path = "/listings/2021-08-01/items/" + path_of(http.seller)
    params = {"marketplaceIds": site.marketplace_id, "includedData": "summaries", "pageSize": 1}
    http.object(Request("GET", path, "searchListingsItems", params))


def identify(http: AmazonHttp) -> AccountIdentity:
    """The seller's id, and those sites of the account's region in which they take part.

    A store that we do not know (Amazon lists a seller's internal ones as well) is no site. Raises RemoteError.
    """
    here = [BY_MARKETPLACE[id] for id in http.taking_part() if id in BY_MARKETPLACE]
    region = http.settings.region
    sites = tuple(site.id for site in here if site.region == region)
    if sites:
        _prove(http, SITES[sites[0]])
    facts = {"seller_id": http.seller, "region": region}
    if http.credentials_end is not None:
        facts[CREDENTIALS_END] = http.credentials_end.isoformat()
    return AccountIdentity(http.seller, sites, facts)
