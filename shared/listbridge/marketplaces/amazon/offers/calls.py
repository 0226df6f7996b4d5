"""How many calls of Amazon's change something when a product is sent, revised in full or ended."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.ports import PublishRequest
from listbridge.domain.work import PublishKind


def publishing_calls(kind: PublishKind, request: PublishRequest, *, deletes: bool) -> Mapping[str, int]:
    """By operation; each SKU has a submission of its own, and a family one for its parent. `deletes`: what ends is deleted."""
    ended = kind in (PublishKind.STOP, PublishKind.ZEROED)
    parents = int(request.product.has_options and not (ended and not deletes))
    count = len(request.variants) + parents
    if ended:
        return {"deleteListingsItem" if deletes else "patchListingsItem": count}
    return {"patchListingsItem" if kind is PublishKind.FULL_REVISE else "putListingsItem": count}
