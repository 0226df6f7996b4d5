"""The form of a creation profile, drawn from a category and its properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy
from listbridge.marketplaces.etsy.settings import CreationSettings


def creation_form(taxonomy: Taxonomy, kind: str) -> Mapping[str, Any]:
    """The settings that all categories have, and of one category its attributes. Raises Rejected for one that there is not."""
    return CreationSettings.model_json_schema()
