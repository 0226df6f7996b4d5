"""Where the simulated shop posts webhooks to, and where it refuses to, as Shopify does."""

from __future__ import annotations

import pytest

from tests.contract.simulators.shopify_simulator_client import SUBSCRIBE, Shop


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://hooks.example.com/a", "Address protocol http:// is not supported"),
        ("ftp://hooks.example.com/a", "Address is invalid"),
        ("", "Address can't be blank"),
        ("https://localhost/a", "Address cannot be a Shopify or an internal domain"),
        ("https://demo.myshopify.com/a", "Address cannot be a Shopify or an internal domain"),
        ("https://hooks.internal/a", "Address cannot be a Shopify or an internal domain"),
        ("https://10.1.2.3/a", "Address cannot be a Shopify or an internal domain"),
        ("https://127.0.0.1:8443/a", "Address cannot be a Shopify or an internal domain"),
        ("https://169.254.169.254/a", "Address cannot be a Shopify or an internal domain"),
        ("https://[::1]/a", "Address cannot be a Shopify or an internal domain"),
        (f"https://hooks.example.com/{'a' * 65_510}", "Address is too big (maximum is 64 KB)"),
    ],
)
def test_an_address_that_shopify_does_not_post_to_is_refused(uri: str, words: str) -> None:
    shop = Shop()
    made = shop.data(SUBSCRIBE, topic="PRODUCTS_UPDATE", sub={"uri": uri})["webhookSubscriptionCreate"]
    assert made["webhookSubscription"] is None
    assert made["userErrors"] == [{"field": ["webhookSubscription", "callbackUrl"], "message": words}]
    assert shop.simulator.world.subscriptions.rows == {}


def test_an_address_of_the_longest_kind_is_taken() -> None:
    uri = "https://hooks.example.com/" + "a" * (65_535 - len("https://hooks.example.com/"))
    assert len(Shop().subscribe("PRODUCTS_UPDATE", uri=uri)) == 1
