"""The calls to marketplaces, and theirs to us, of which no machine-readable official document is held, each with what stands in for it.

All other operations that a simulator serves are checked against the marketplace's own files: a test compares the two sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

UNVERIFIED: Mapping[str, Mapping[str, str]] = {
    "amazon": {
        "lwaToken": "developer documentation, 'Connect to the Selling Partner API', 'Website authorization workflow'",
        "uploadDocument": "developer documentation, 'Feeds API': a presigned address, with the content type that was declared",
        "downloadDocument": "developer documentation, 'Reports API': a presigned address",
    },
    "ebay": {"oauth2Token": "developer guide, 'OAuth access tokens'"},
    "etsy": {"oauthToken": "documentation, 'Authentication'; RFC 7636; etsy/open-api issue 519"},
}

UNASKED: Mapping[str, Mapping[str, str]] = {
    "etsy": {
        "webhooks": "documentation, 'Webhooks'; etsy/open-api discussion 1509 for a body; docs.svix.com for the signature"
    }
}
"""What marketplaces send to us. Amazon's notifications have schemas, and are held against them."""


def lines() -> Iterator[str]:
    """One line a call, for people."""
    for calls in (UNVERIFIED, UNASKED):
        for slug, operations in calls.items():
            for operation, source in operations.items():
                yield f"{slug} {operation}: {source}"
