"""Webhooks of every shop platform: kept subscribed, verified and understood, and the forged ones refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listbridge import registry
from listbridge.domain.ports import HookKeys, Judged, WebhookScheme
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import Rejected, RetryLater
from listbridge.domain.work import Hint, HintKind
from tests.contract.shops.staging import HOOK_URL, StagedShop, posted, staged_shop

PAYLOADS = Path(__file__).resolve().parents[2] / "data"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def sent(body: bytes, headers: Mapping[str, str]) -> RawRequest:
    """A delivery as the gateway hands it on."""
    return RawRequest("POST", HOOK_URL, headers=headers, body=body)


def genuine(
    scheme: WebhookScheme, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime = NOW
) -> bool:
    """Whether the scheme takes the delivery for the shop's own. What signs its deliveries pings with none."""
    judged = scheme.judge(sent(body, headers), HookKeys(tuple(secrets)), now).judged
    return judged is Judged.GENUINE


RECORDED = sorted(file for slug in registry.slugs("shops") for file in (PAYLOADS / slug).glob("*.json"))


def test_hooks_are_made_once_for_every_topic(shop: StagedShop):
    adapter = shop.open()
    first = adapter.ensure_webhooks(HOOK_URL)
    assert (first.healthy, first.removed) == ((), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in first.created}
    second = adapter.ensure_webhooks(HOOK_URL)
    assert (set(second.healthy), second.created, second.removed) == (set(first.created), (), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in first.created}


def test_a_hook_that_the_shop_removed_is_made_again_and_no_other(shop: StagedShop):
    adapter = shop.open()
    topics = adapter.ensure_webhooks(HOOK_URL).created
    shop.drop_hook(topics[0])
    healed = adapter.ensure_webhooks(HOOK_URL)
    assert (healed.created, healed.removed) == ((topics[0],), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}


def test_a_new_address_takes_the_place_of_the_old_one(shop: StagedShop):
    adapter = shop.open()
    topics = adapter.ensure_webhooks("https://old.example/webhooks/shop_1").created
    moved = adapter.ensure_webhooks(HOOK_URL)
    assert (set(moved.created), set(moved.removed)) == (set(topics), set(topics))
    assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}


def test_the_address_of_another_shop_of_ours_is_left_alone(shop: StagedShop):
    adapter = shop.open()
    other = "https://listbridge.example/webhooks/shop_2"
    topics = adapter.ensure_webhooks(other).created
    assert adapter.ensure_webhooks(HOOK_URL).removed == ()
    assert {topic: set(uris) for topic, uris in shop.hooks().items()} == {topic: {other, HOOK_URL} for topic in topics}


@pytest.mark.parametrize("applied", [True, False])
def test_a_hook_care_cut_off_at_any_call_is_finished_by_the_next(slug: str, applied: bool):
    calls = 0
    while True:
        shop: StagedShop = staged_shop(slug)()
        adapter = shop.open()
        topics = adapter.ensure_webhooks("https://old.example/webhooks/shop_1").created
        shop.cut(calls, applied=applied)
        try:
            adapter.ensure_webhooks(HOOK_URL)
        except RetryLater:
            shop.recover()
            adapter.ensure_webhooks(HOOK_URL)
            assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}
            calls += 1
        else:
            break  # fewer calls than that: every one of them has been cut
    assert calls > 2 * len(topics)


def test_an_address_that_the_shop_refuses_is_said_to_be_refused(shop: StagedShop):
    with pytest.raises(Rejected) as refused:
        shop.open().ensure_webhooks("ftp://listbridge.example/webhooks/shop_1")
    assert refused.value.problem.fix
    assert shop.hooks() == {}


def test_hooks_are_removed_wherever_they_lead_and_removed_twice_is_no_error(shop: StagedShop):
    adapter = shop.open()
    old = adapter.ensure_webhooks("https://old.example/webhooks/shop_1").created
    adapter.ensure_webhooks("https://other.example/webhooks/shop_2")
    assert set(adapter.remove_webhooks(HOOK_URL)) == set(old)
    assert {uri for uris in shop.hooks().values() for uri in uris} == {"https://other.example/webhooks/shop_2"}
    assert adapter.remove_webhooks(HOOK_URL) == ()


def test_what_the_shop_sends_is_genuine_and_leads_to_the_product_that_changed(shop: StagedShop):
    adapter, scheme = shop.open(), shop.scheme()
    made = shop.add_product("MUG", stock=5)
    adapter.ensure_webhooks(HOOK_URL)
    shop.set_stock("MUG", 3)
    shop.set_price("MUG", "11.00")
    shop.place_order("MUG", 2)
    told = posted(shop)
    assert len(told) >= 3
    for body, headers in told:
        assert genuine(scheme, body, headers, shop.secrets, NOW) is True
        delivery = scheme.parse(sent(body, headers))
        assert delivery.known is True
        assert adapter.products_of(delivery.hints) == (made.product,)


def test_each_event_has_an_id_of_its_own(shop: StagedShop):
    shop.add_product("MUG", stock=5)
    shop.open().ensure_webhooks(HOOK_URL)
    shop.set_stock("MUG", 3)
    shop.set_stock("MUG", 5)
    scheme = shop.scheme()
    told = posted(shop)
    ids = [scheme.parse(sent(body, headers)).id for body, headers in told]
    assert len(set(ids)) == len(ids) >= 2


def test_a_delivery_that_was_not_taken_comes_again_with_its_id_or_never(shop: StagedShop):
    shop.add_product("MUG", stock=5)
    shop.open().ensure_webhooks(HOOK_URL)
    shop.set_stock("MUG", 3)
    refused: list[str] = []

    def door(body: bytes, headers: dict[str, str]) -> int:
        refused.append(shop.scheme().parse(sent(body, headers)).id)
        return 503

    shop.post(door)
    assert len(refused) >= 1
    assert posted(shop) == []
    shop.clock.sleep(3600)
    again = [shop.scheme().parse(sent(body, headers)).id for body, headers in posted(shop)]
    assert again == (refused if shop.sends_again else [])


def test_a_deleted_product_and_an_uninstalled_app_are_told(shop: StagedShop):
    made = shop.add_product("MUG")
    shop.open().ensure_webhooks(HOOK_URL)
    shop.delete_product(made.product)
    told = [hint for body, headers in posted(shop) for hint in shop.scheme().parse(sent(body, headers)).hints]
    assert Hint(kind=HintKind.PRODUCT, id=made.product) in told
    shop.uninstall()
    told = [hint for body, headers in posted(shop) for hint in shop.scheme().parse(sent(body, headers)).hints]
    assert told == [Hint(kind=HintKind.SHOP_GONE)]


def _without(header: str, headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != header}


Forgery = Callable[[bytes, dict[str, str], str], tuple[bytes, dict[str, str]]]


def _with_signature(change: Callable[[str], str]) -> Forgery:
    return lambda body, headers, header: (body, headers | {header: change(headers[header])})


FORGERIES: dict[str, Forgery] = {
    "no signature": lambda body, headers, header: (body, _without(header, headers)),
    "no headers": lambda body, headers, header: (body, {}),
    "an empty signature": _with_signature(lambda _: ""),
    "a blank signature": _with_signature(lambda _: "  "),
    "a longer signature": _with_signature(lambda text: text + text),
    "a shorter signature": _with_signature(lambda text: text[:-2]),
    "a reversed signature": _with_signature(lambda text: text[::-1]),
    "a signature beyond ascii": _with_signature(lambda text: "é" + text[1:]),
    "a byte more": lambda body, headers, header: (body + b" ", headers),
    "a byte less": lambda body, headers, header: (body[:-1], headers),
    "an empty body": lambda body, headers, header: (b"", headers),
    "the same JSON written otherwise": lambda body, headers, header: (
        json.dumps(json.loads(body), indent=1).encode(),
        headers,
    ),
}
"""What a forger makes of a genuine body and its headers, of which one holds the signature."""


def signed_or_skip(shop: StagedShop) -> None:
    if not shop.signature:
        pytest.skip(
            "nothing is signed: the secret address is looked at before (tests/faults/test_doors_without_signature.py)"
        )


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_delivery_is_not_genuine(shop: StagedShop, forgery: str):
    signed_or_skip(shop)
    body = b'{"id":1,"inventory_item_id":1}'
    headers = shop.signed(body, shop.product_topic)
    assert genuine(shop.scheme(), body, headers, shop.secrets, NOW) is True
    forged_body, forged_headers = FORGERIES[forgery](body, headers, shop.signature)
    assert (forged_body, forged_headers) != (body, headers)
    assert genuine(shop.scheme(), forged_body, forged_headers, shop.secrets, NOW) is False


@pytest.mark.parametrize("secrets", [[], [""], [" "], ["", "\t"], ["another"]])
def test_without_the_right_secret_nothing_is_genuine(shop: StagedShop, secrets: list[str]):
    signed_or_skip(shop)
    body = b'{"id":1}'
    assert genuine(shop.scheme(), body, shop.signed(body, shop.product_topic), secrets, NOW) is False


def test_while_a_rotation_lasts_either_secret_is_good(shop: StagedShop):
    body = b'{"id":1}'
    headers = shop.signed(body, shop.product_topic)
    assert genuine(shop.scheme(), body, headers, ["new", *shop.secrets], NOW) is True


def test_an_old_delivery_is_as_genuine_as_a_new_one(shop: StagedShop):
    body = b'{"id":1}'
    headers = shop.signed(body, shop.product_topic)
    assert genuine(shop.scheme(), body, headers, shop.secrets, NOW + timedelta(days=30)) is True


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"[]", b"null", b"1", b"\xff\xfe", b"{}", b"[" * 50_000])
def test_a_genuine_body_that_says_nothing_is_refused(shop: StagedShop, body: bytes):
    headers = shop.signed(body, shop.product_topic)
    assert genuine(shop.scheme(), body, headers, shop.secrets, NOW) is True
    with pytest.raises(ValueError):  # noqa: PT011  # the port promises the class, not the text
        shop.scheme().parse(sent(body, headers))


def test_a_topic_nobody_asked_for_is_unknown_and_no_error(shop: StagedShop):
    body = b'{"id":1}'
    delivery = shop.scheme().parse(sent(body, shop.signed(body, "no_such/topic")))
    assert (delivery.known, delivery.hints) == (False, ())


@pytest.mark.parametrize("slug", registry.slugs("shops"))
def test_there_are_recorded_payloads_for_every_shop(slug: str):
    assert [file.name for file in RECORDED if file.parent.name == slug]


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_recorded_payload_is_understood(file: Path):
    shop: StagedShop = staged_shop(file.parent.name)()
    topic = shop.topic_of(file.name)
    body = file.read_bytes()
    headers = shop.signed(body, topic or "no_such/topic")
    assert genuine(shop.scheme(), body, headers, shop.secrets, NOW) is True
    delivery = shop.scheme().parse(sent(body, headers))
    assert delivery.known is (topic != "")
    assert bool(delivery.hints) is (topic not in ("", *shop.silent_topics))
