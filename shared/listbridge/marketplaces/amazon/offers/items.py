"""The calls about one item of the seller: read, put, patch, delete (listingsItems_2021-08-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listbridge.domain.ids import Sku
from listbridge.domain.verdicts import NotFound, Rejected, RemoteError
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.error_row import Row
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.errors import BY_CATEGORY, BY_ISSUE, REFUSED
from listbridge.marketplaces.amazon.offers.wire import Issue, ListingItem, SubmissionAnswer
from listbridge.marketplaces.amazon.sites import NationalSite

_SHOWN = ("summaries", "issues", "offers", "fulfillmentAvailability", "relationships")
_LONGEST_WORDS = 300


class Items:
    """The seller's items. A `site` says for which store a call speaks."""

    def __init__(self, http: AmazonHttp) -> None:
        self.http = http

    def get(self, site: NationalSite, sku: Sku) -> ListingItem | None:
        """What Amazon shows of it there; None when it does not know it (yet). Raises RemoteError."""
        params = {"marketplaceIds": site.marketplace_id, "includedData": csv(*_SHOWN), "issueLocale": site.language_tag}
        try:
            return self.http.read(Request("GET", self._path(sku), "getListingsItem", params=params), ListingItem)
        except NotFound:
            return None

    def put(self, site: NationalSite, sku: Sku, body: Mapping[str, Any], *, preview: bool = False) -> SubmissionAnswer:
        """Write the whole item, or with `preview` only ask what Amazon thinks of it. The answer may be INVALID."""
        params = {
            "marketplaceIds": site.marketplace_id,
            "includedData": csv("identifiers", "issues") if preview else "issues",
            "issueLocale": site.language_tag,
            **({"mode": "VALIDATION_PREVIEW"} if preview else {}),
        }
        call = Request("PUT", self._path(sku), "putListingsItem", params=params, body=dict(body), write=not preview)
        return self.http.read(call, SubmissionAnswer)

    def patch(
        self, site: NationalSite, sku: Sku, product_type: str, patches: Sequence[Mapping[str, Any]]
    ) -> SubmissionAnswer:
        """Change some attributes. The answer may be INVALID."""
        params = {"marketplaceIds": site.marketplace_id, "issueLocale": site.language_tag}
        body = {"productType": product_type, "patches": [dict(patch) for patch in patches]}
        call = Request("PATCH", self._path(sku), "patchListingsItem", params=params, body=body, write=True)
        return self.http.read(call, SubmissionAnswer)

    def delete(self, site: NationalSite, sku: Sku) -> SubmissionAnswer:
        """Take it out of the seller's inventory on this site."""
        params = {"marketplaceIds": site.marketplace_id, "issueLocale": site.language_tag}
        call = Request("DELETE", self._path(sku), "deleteListingsItem", params=params, write=True)
        return self.http.read(call, SubmissionAnswer)

    def _path(self, sku: Sku) -> str:
        return "/listings/2021-08-01/items/" + path_of(self.http.seller, sku)


def verdict_on(issue: Issue) -> RemoteError:
    """What an issue means, in Amazon's own words."""
    attributes = ", ".join(issue.attribute_names)
    params = {"attributes": attributes or "-", "code": issue.code}
    return row_of(issue).error(issue.message[:_LONGEST_WORDS], params=params, detail=f"issue {issue.code}")


def row_of(issue: Issue) -> Row:
    """Our row for an issue: by its code, else by its first category that we know."""
    by_category = (BY_CATEGORY[name] for name in issue.categories if name in BY_CATEGORY)
    return BY_ISSUE.get(issue.code) or next(by_category, REFUSED)


def refusal_of(answer: SubmissionAnswer) -> RemoteError | None:
    """Why Amazon did not take a submission in; None when it did."""
    if answer.status != "INVALID":
        return None
    errors = answer.errors or answer.issues
    verdicts = [verdict_on(issue) for issue in errors]
    kept = next((one for one in verdicts if isinstance(one, Rejected)), verdicts[0] if verdicts else None)
    return kept or REFUSED.error(
        "(no reason given)", detail=f"submission {answer.submission_id}: INVALID without issues"
    )
