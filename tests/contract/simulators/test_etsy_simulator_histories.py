"""Whatever sellers, buyers, apps and time do in the simulated Etsy in whatever order, what it shows holds together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulators.etsy import DeedRefused
from simulators.etsy.offers.state import STATES
from tests.contract.simulators.etsy_seller import EtsySeller
from tests.contract.simulators.test_etsy_simulator_inventory import sent_again

SKUS = ("JUMPER-S", "JUMPER-M", "JUMPER-L")
Act = Callable[[EtsySeller, int], object]


def written_back(etsy: EtsySeller, listing: int) -> object:
    return etsy.put(listing, sent_again(etsy.get(f"listings/{listing}/inventory")))


def deed(name: str, *arguments: Any, **more: Any) -> Act:
    return lambda etsy, listing: getattr(etsy.deeds, name)(*arguments, **more)


def of_listing(name: str, *arguments: Any) -> Act:
    return lambda etsy, listing: getattr(etsy.deeds, name)(listing, *arguments)


def acts() -> st.SearchStrategy[Act]:
    sku, count = st.sampled_from(SKUS), st.integers(0, 4)
    sizes = st.dictionaries(st.sampled_from(["S", "M", "L"]), count, min_size=1)
    return st.one_of(
        st.builds(lambda one, n: deed("change_quantity", one, n), sku, count),
        st.builds(lambda one: deed("hide_variation", one), sku),
        st.builds(lambda one: deed("remove_variation", one), sku),
        st.just(deed("add_variation", "JUMPER-L", "JUMPER-S", ["L"])),
        st.builds(lambda one, n: deed("buy", one, quantity=n), sku, st.integers(1, 3)),
        st.builds(lambda state: of_listing("set_listing_state", state), st.sampled_from(["active", "inactive"])),
        st.builds(lambda how: of_listing("freeze_listing", how), st.sampled_from(["", "silent", "loud"])),
        st.builds(
            lambda state: lambda etsy, listing: etsy.patch(listing, state=state),
            st.sampled_from(["active", "inactive"]),
        ),
        st.builds(lambda told: lambda etsy, listing: etsy.put(listing, etsy.sizes(**told)), sizes),
        st.just(written_back),
        st.builds(lambda days: lambda etsy, listing: etsy.wait(days), st.sampled_from([1, 60])),
    )


def whole(etsy: EtsySeller, listing: int) -> None:
    """One answer of Etsy's never contradicts another."""
    told, inventory = etsy.get(f"listings/{listing}"), etsy.get(f"listings/{listing}/inventory")
    offerings = [one["offerings"][0] for one in inventory["products"]]
    shown = [one for one in offerings if one["is_enabled"]]
    assert told["quantity"] == sum(one["quantity"] for one in shown)
    assert all(one["quantity"] >= 0 for one in offerings)
    assert told["state"] != "active" or told["quantity"] > 0
    texts = [tuple(held["values"][0] for held in one["property_values"]) for one in inventory["products"]]
    assert len(set(texts)) == len(texts)
    for state in STATES:
        rows = etsy.get(f"{etsy.shop}/listings", state=state)["results"]
        assert (listing in [one["listing_id"] for one in rows]) == (told["state"] == state)
    sold = [line for one in etsy.get(f"{etsy.shop}/receipts", limit=100)["results"] for line in one["transactions"]]
    assert all(line["listing_id"] == listing for line in sold)
    fees = etsy.fees()
    assert fees.count("listing") == 1
    assert fees.count("renew_sold") <= sum(line["quantity"] for line in sold)


@settings(max_examples=25, deadline=None)
@example(
    [
        deed("hide_variation", "JUMPER-S"),
        deed("hide_variation", "JUMPER-M"),
        lambda etsy, listing: etsy.patch(listing, state="active"),
    ]
)
@given(st.lists(acts(), max_size=12))
def test_whatever_happens_the_shop_s_answers_hold_together(history: list[Act]) -> None:
    etsy = EtsySeller()
    listing = etsy.live_jumper(S=2, M=3)
    for act in history:
        with suppress(DeedRefused):
            act(etsy, listing)
        whole(etsy, listing)
