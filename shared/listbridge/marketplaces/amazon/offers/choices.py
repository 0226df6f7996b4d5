"""What a creation profile can choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.settings import Condition
from listbridge.marketplaces.amazon.sites import NationalSite


def choices(definitions: Definitions, site: NationalSite, sells: str) -> Mapping[str, Any]:
    """`{product_types: [{id, name}], conditions: [name], currency, language}`.

    `sells` is what the account's settings say it sells: then the types that Amazon finds by these words come, and those of a
    product with such a name; without it all types. Raises RemoteError.
    """
    found = definitions.search(site, keywords=sells)
    if sells:
        found = (*found, *definitions.search(site, name=sells))
    types = {one.name: one.display_name or one.name for one in found}
    return {
        "product_types": [{"id": name, "name": label} for name, label in types.items()],
        "conditions": list(get_args(Condition)),
        "currency": site.currency,
        "language": site.language_tag,
    }
