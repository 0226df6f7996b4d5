"""Variants as they are stored: rows of yesterday's code are read by today's, and the other way round."""

from __future__ import annotations

import json

from listbridge.infra.repositories.variants import _JSON

OLD = {
    "facts": {
        "variant": "v1",
        "sku": "A",
        "title": "",
        "price": None,
        "compare_at": None,
        "stock": {"here": 3},
        "tracked": False,
        "oversell": False,
        "barcode": "",
        "options": {},
        "image": "",
        "inventory_item": "7",
    },
    "visibility": "visible",
    "content_hash": "x",
    "absent": False,
}


def test_a_row_from_before_bundles_were_known_is_no_bundle() -> None:
    read = _JSON.read(json.dumps(OLD))
    assert (read.facts.bundle, read.facts.tracked, dict(read.facts.stock)) == (False, False, {"here": 3})


def test_a_row_of_tomorrow_is_read_without_what_is_not_known_yet() -> None:
    tomorrow = {**OLD, "facts": {**OLD["facts"], "bundle": True, "component_stock": 4}}  # type: ignore[dict-item]
    assert _JSON.read(json.dumps(tomorrow)).facts.bundle is True
