"""What the API is shown with: `python -m tests.unit.functions.api_examples` plays some days of a seller's and writes what
was sent and answered into docs/reference/examples, a file for each operation.

Nothing is invented: each body was sent, and each answer came, in an installation in memory with the platforms simulated.
The same play gives the same examples, for its chance is seeded and its clock its own.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from listbridge import bootstrap
from listbridge.admin.openapi import BROKEN, EXAMPLES
from listbridge.domain.ids import ShopId
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from simulators.door import Transport
from tests.fakes.handing_platforms import Platforms, query_of
from tests.unit.functions.example_recorder import Example, Recorder
from tests.unit.functions.installation import SHOP_CREDENTIALS, SITE, Installation
from tests.unit.functions.mirroring import enter, mirror
from tests.unit.functions.noticed import Noticed
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller


def record() -> dict[str, Example]:
    """Every operation's example, the same each time."""
    with _chance(1) as patch:
        examples = {**_sellers_days(), **_handed_over(patch)}
    with _chance(2):
        examples |= _adopted()
    with _chance(3):
        examples |= _linked()
    with _chance(4):
        examples |= _mirrored()
    with _chance(5):
        return examples | _subscribed()


@contextmanager
def _chance(seed: int) -> Iterator[pytest.MonkeyPatch]:
    """Ids and secrets that are the same each time, whatever is played before."""
    chance = random.Random(seed)
    with (
        mock.patch.object(secrets, "choice", chance.choice),
        mock.patch.object(secrets, "token_bytes", chance.randbytes),
        mock.patch.object(secrets, "token_hex", lambda count: f"{chance.getrandbits(8 * count):0{2 * count}x}"),
        mock.patch.object(secrets, "token_urlsafe", lambda count: f"{chance.getrandbits(8 * count):x}"),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.delenv("PUBLIC_BASE_URL", raising=False)
        try:
            yield patch
        finally:
            bootstrap.use(None)


def _sellers_days() -> dict[str, Example]:
    tape = Recorder(Installation())
    broken = tape.broken()
    desk = OrderDesk(tape.its)
    _configuration(tape, desk)
    _items(tape, desk)
    _guarded(tape, desk)
    _orders(tape, desk)
    _listings(tape, desk)
    _actions(tape, desk)
    _what_is_there(tape, desk)
    _consent(tape, desk)
    _made_anew(tape, desk)
    _goodbye(tape, desk)
    return {**tape.examples(), BROKEN: broken}


def _configuration(tape: Recorder, desk: OrderDesk) -> None:
    """What an admin sets up and edits. Shop, account and list were made when the desk was opened."""
    shop, account = f"/v1/shops/{desk.shop}", f"/v1/accounts/{desk.account}"
    tape.show("PUT", "/v1/settings", {"buyer_retention_days": 30})
    tape.show("GET", "/v1/settings")
    tape.show("GET", shop)
    tape.show("POST", f"{shop}/check")
    tape.show("PUT", f"{shop}/credentials", {"credentials": SHOP_CREDENTIALS})
    tape.show("PATCH", shop, {"name": "Mugs and more"})
    tape.show("POST", f"{shop}/sweep")
    tape.its.run()
    tape.show("GET", account)
    tape.show("POST", f"{account}/check")
    tape.show("PUT", f"{account}/credentials", {"credentials": tape.its.ebay_credentials()})
    tape.show("PATCH", account, {"auto_price": False, "guard": {"count": 5}, "rev": _rev(tape, account)})
    tape.show("GET", f"{account}/choices", query={"site": SITE})
    tape.show("GET", f"{account}/creation-form", query={"site": SITE, "kind": "45220"})
    tape.show("GET", f"{account}/sold-out")
    tape.its.ebay.deeds.set_out_of_stock_control("anna", False)
    tape.show("POST", f"{account}/sold-out")
    tape.its.ebay.deeds.set_out_of_stock_control("anna", True)
    tape.show("POST", f"{account}/events", {})
    tape.its.run()
    rules = {"quantity": {"mode": "buffer", "value": 1}, "price": {"mode": "product", "ratio": "1.15"}}
    profile = tape.show("POST", "/v1/profiles", {"name": "Keep one back", "rules": rules})
    tape.show("PATCH", f"/v1/profiles/{profile['id']}", {"rules": {"quantity": {"value": 2}}})
    tape.its.run()
    tape.show("GET", f"/v1/profiles/{profile['id']}")
    [creation] = tape.show("GET", "/v1/creation-profiles")["creation_profiles"]
    tape.show("PATCH", f"/v1/creation-profiles/{creation['id']}", {"settings": {"brand": "Potters"}})
    tape.show("GET", f"/v1/creation-profiles/{creation['id']}")
    sales_list = f"/v1/sales-lists/{desk.seller.list}"
    tape.show("PATCH", sales_list, {"profile": profile["id"], "rules": {"price": {"ratio": "1.2"}}})
    tape.its.run()
    tape.show("GET", sales_list)


def _rev(tape: Recorder, document: str) -> int:
    return int(tape.its.call("GET", document).body["rev"])


def _items(tape: Recorder, desk: OrderDesk) -> None:
    """Products are picked, looked at, added and sent."""
    sales_list = f"/v1/sales-lists/{desk.seller.list}"
    product = tape.its.add_product("TEAPOT-S", "TEAPOT-L", title="Teapot", price="29.90")
    untitled = tape.its.add_product("", title="Saucer")
    tape.show("GET", f"/v1/shops/{desk.shop}/products", query={"search": "Teapot"})
    tape.its.shopify.deeds.add_collection(title="Tea", product_ids=[product])
    tape.show("GET", f"/v1/shops/{desk.shop}/collections")
    tape.show("POST", f"{sales_list}/preview", {"products": [product, untitled]})
    job = tape.show("POST", f"{sales_list}/items", {"products": [product, untitled]})["job"]
    tape.its.run()
    tape.show("GET", f"/v1/jobs/{job['id']}/entries")
    rows = {row["sku"]: row["id"] for row in tape.its.items(desk.seller.list)}
    some = [rows["TEAPOT-S"], rows["TEAPOT-L"]]
    job = tape.show("POST", f"{sales_list}/actions", {"action": "send", "items": some})["job"]
    tape.its.run()
    tape.show("GET", f"/v1/jobs/{job['id']}")
    tape.show("GET", f"{sales_list}/items", query={"limit": "2"})
    tape.show("DELETE", f"{sales_list}/items/{rows['']}")


def _guarded(tape: Recorder, desk: OrderDesk) -> None:
    """What would end too much waits for approval, and what moves too fast is held."""
    its, account, sales_list = tape.its, f"/v1/accounts/{desk.account}", f"/v1/sales-lists/{desk.seller.list}"
    its.call("PATCH", account, {"guard": {"share": "0.10", "count": 1}})
    its.run()
    for decision in ("refuse", "cancel", "approve"):
        job = its.call("POST", f"{sales_list}/actions", {"action": "stop", "items": "all"}).body["job"]
        tape.show("GET", f"/v1/jobs/{job['id']}/changes", query={"limit": "1"})
        tape.show("GET", "/v1/health")
        why = {"why": "Kim has looked at the prices."} if decision != "cancel" else None
        tape.show("POST", f"/v1/jobs/{job['id']}/{decision}", why)
        its.run()
    its.act(desk.seller.list, "relist")
    tape.show("POST", f"{account}/guard/approve", {"why": "The sale begins today."})
    its.run()
    tape.show("POST", f"{account}/stop", {"why": "The prices look wrong."})
    _counted(tape, desk, 4)
    for page in ("differences", "problems", "automation"):
        tape.show("GET", f"{account}/{page}")
    _counted(tape, desk, 5)
    tape.show("POST", f"{account}/resume", {"why": "The price list is right again."})
    its.run()


def _counted(tape: Recorder, desk: OrderDesk, mugs: int) -> None:
    """The shop has so many, and is read."""
    tape.its.shopify.deeds.set_stock(sku="MUG", available=mugs)
    tape.its.post(f"/shops/{desk.shop}/sweep", expect=202)
    tape.its.run()


def _orders(tape: Recorder, desk: OrderDesk) -> None:
    """Orders come in: one is created in the shop and sent, one is oversold, one names a product that nobody knows."""
    its = tape.its
    sold = desk.buy()
    desk.look(60)
    order = desk.order(sold)
    tape.show("GET", f"/v1/orders/{order['id']}")
    oversold = [desk.buy() for _ in range(2)][1]
    its.shopify.deeds.set_stock(1, sku="MUG")
    desk.look(60)
    notices = desk.order(oversold)["notices"]
    tape.show("DELETE", f"/v1/orders/{desk.order(oversold)['id']}/notices/{notices[0]['code']}")
    desk.switch(create_orders=False)
    its.shopify.deeds.set_stock(9, sku="MUG")
    desk.wait(60)
    for act in ("export", "handled-outside"):
        waiting = desk.buy()
        desk.look(60)
        tape.show("POST", f"/v1/orders/{desk.order(waiting)['id']}/{act}")
    line = desk.order(waiting)["lines"][0]
    chosen = {"product": line["matched"]["product"], "variant": line["matched"]["variant"]}
    tape.show("PUT", f"/v1/orders/{desk.order(waiting)['id']}/lines/{line['id']}/product", chosen)
    tape.show("GET", "/v1/orders", query={"limit": "2", "account": desk.account})


def _listings(tape: Recorder, desk: OrderDesk) -> None:
    listing = desk.seller.row("MUG")["listing"]["id"]
    tape.show("GET", f"/v1/listings/{listing}")
    tape.show("PUT", f"/v1/listings/{listing}/switches", {"auto_price": True})
    tape.show("GET", f"/v1/listings/{listing}/explain")
    tape.show("GET", f"/v1/listings/{listing}/activity", query={"limit": "3"})
    tape.show("GET", "/v1/listings", query={"limit": "2"})


def _actions(tape: Recorder, desk: OrderDesk) -> None:
    body = {"action": "revise_price", "filter": {"status": "active"}, "dry_run": True}
    tape.show("POST", f"/v1/accounts/{desk.account}/actions", body)
    tape.its.run()
    its, sales_list = tape.its, desk.seller.list
    its.add_items(sales_list, its.add_product("LONG", title="A title that is too long. " * 10))
    long = [desk.seller.row("LONG")["id"]]
    failed = its.act(sales_list, "send", long)
    tape.show("POST", f"/v1/jobs/{failed['id']}/retry")
    its.run()
    its.act(sales_list, "remove", long)


def _what_is_there(tape: Recorder, desk: OrderDesk) -> None:
    for path in ("platforms", "shops", "accounts", "profiles", "creation-profiles", "sales-lists", "counters"):
        tape.show("GET", f"/v1/{path}")
    tape.show("GET", "/v1/jobs", query={"limit": "2"})
    tape.show("GET", "/v1/activity", query={"limit": "4"})


def _consent(tape: Recorder, desk: OrderDesk) -> None:
    """Another account, connected in its owner's browser."""
    its = tape.its
    its.ebay.deeds.add_seller("bert", marketplaces=[SITE])
    keys = {"client_id": "sim-client", "client_secret": "sim-secret"}
    draft = {
        "name": "bert",
        "marketplace": "ebay",
        "shop": desk.shop,
        "sites": [SITE],
        "settings": {"ru_name": "Demo-RuName"},
        "credentials": keys,
        "connect": "by_consent",
    }
    account = its.call("POST", "/v1/accounts", draft).body["id"]
    url = tape.show("GET", f"/v1/accounts/{account}/authorize")["url"]
    session = requests.Session()
    session.mount("https://", Transport(its.ebay))
    back = parse_qs(urlsplit(session.get(f"{url}&seller=bert", allow_redirects=False).headers["Location"]).query)
    query = {name: values[0] for name, values in back.items()}
    tape.show("GET", "/callbacks/ebay", query=query, groups=None)
    tape.show("DELETE", f"/v1/accounts/{account}")
    tape.show("POST", f"/v1/accounts/{desk.account}/unlink")
    its.run()


def _made_anew(tape: Recorder, desk: OrderDesk) -> None:
    """A product is deleted in the shop and created again with the same SKU."""
    its = tape.its
    its.shopify.deeds.delete_product(desk.product)
    hint = Hint(kind=HintKind.PRODUCT, id=desk.product)
    its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=ShopId(desk.shop), hints=(hint,)))
    its.run()
    again = its.add_product("MUG", title="Mug", stock=3)
    its.add_items(desk.seller.list, again)
    tape.show("POST", f"/v1/shops/{desk.shop}/relink", {"product": again})
    its.run()


def _goodbye(tape: Recorder, desk: OrderDesk) -> None:
    """Everything is disconnected and deleted again, in the order in which that can be done."""
    its = tape.its
    its.act(desk.seller.list, "stop_and_remove")
    tape.show("DELETE", f"/v1/sales-lists/{desk.seller.list}")
    for kind in ("profiles", "creation-profiles"):
        for one in its.call("GET", f"/v1/{kind}").body[kind.replace("-", "_")]:
            tape.show("DELETE", f"/v1/{kind}/{one['id']}")
    its.call("DELETE", f"/v1/accounts/{desk.account}")
    tape.show("DELETE", f"/v1/shops/{desk.shop}")


def _handed_over(patch: pytest.MonkeyPatch) -> dict[str, Example]:
    """A shop of a platform that posts its keys; that one stands in for those to come."""
    platforms = Platforms()
    platforms.install(patch)
    tape = Recorder(Installation())
    tape.its.call("GET", "/v1/shops")
    draft = {
        "name": "Store",
        "platform": "posts",
        "settings": {"address": "https://store.example"},
        "credentials": {"app_secret": "its own"},
        "connect": "by_consent",
    }
    shop = tape.show("POST", "/v1/shops", draft)["shop"]["id"]
    url = tape.show("GET", f"/v1/shops/{shop}/authorize")["url"]
    keys = json.dumps({"key_id": 1, "consumer_key": platforms.other.key()})
    state = query_of(query_of(url)["callback_url"])
    tape.show("POST", "/callbacks/posts", raw=keys, query=state, groups=None)
    examples = tape.examples()
    return {name: examples[name] for name in ("authorize_shop", "handed_over")}


def _adopted() -> dict[str, Example]:
    """What was listed by hand: of two listings one has its product in the list."""
    tape = Recorder(Installation())
    its, seller = tape.its, Seller(tape.its)
    its.add_items(seller.list, its.add_product("BOWL", title="Bowl"))
    for sku in ("BOWL", "STRAY"):
        parts = [{"sku": sku, "quantity": 2, "price": "9.90"}]
        its.ebay.deeds.list_in_hub(parts, seller="anna", marketplace=SITE)
    adoptions = f"/v1/accounts/{seller.account}/adoptions"
    job = tape.show("POST", adoptions, {"site": SITE})["job"]
    its.run()
    tape.show("GET", f"{adoptions}/{job['id']}")
    examples = tape.examples()
    return {name: examples[name] for name in ("look_for_listings", "get_adoption")}


def _subscribed() -> dict[str, Example]:
    """eBay asks the address of the notices, and tells it what the app may have."""
    tape = Recorder(Installation())
    noticed = Noticed(Seller(tape.its))
    account = f"/v1/accounts/{noticed.account}"
    tape.its.call("PATCH", account, {"settings": {"alert_email": "ops@me.example"}})
    tape.its.run()
    tape.show("POST", f"{account}/topics")
    return {"subscribe_topics": tape.examples()["subscribe_topics"]}


def _linked() -> dict[str, Example]:
    """What another tool listed: of two listings the shop has the product of one."""
    tape = Recorder(Installation())
    its, seller = tape.its, Seller(tape.its)
    its.add_product("BOWL", title="Bowl")
    its.ebay.deeds.seed_listings("anna", ["BOWL", "STRAY"], marketplace=SITE)
    inventory = f"/v1/accounts/{seller.account}/inventory"
    tape.show("POST", inventory, {"site": SITE})
    its.run()
    saved = tape.show("POST", "/v1/sku-mappings", {"marketplace_sku": "BOWL-OLD", "shop_sku": "BOWL"})
    tape.show("GET", "/v1/sku-mappings")
    tape.show("DELETE", f"/v1/sku-mappings/{saved['sku_mapping']['id']}")
    tape.show("POST", f"{inventory}/links", {"site": SITE, "lines": "all", "sales_list": seller.list})
    its.run()
    tape.show("GET", inventory, query={"site": SITE})
    examples = tape.examples()
    mappings = ("save_sku_mapping", "list_sku_mappings", "delete_sku_mapping")
    return {name: examples[name] for name in ("read_inventory", "link_inventory", "get_inventory", *mappings)}


def _mirrored() -> dict[str, Example]:
    """A list that mirrors a collection: one item was there before, one is sold out, and one is sent."""
    tape = Recorder(Installation())
    its, seller = tape.its, Seller(tape.its)
    mirror(seller)
    enter(seller, its.add_product("BOWL", title="Bowl"), new=False)
    enter(seller, its.add_product("CUP", title="Cup"), its.add_product("JUG", title="Jug", stock=0))
    path = f"/v1/sales-lists/{seller.list}"
    tape.show("GET", f"{path}/members")
    tape.show("GET", f"{path}/exports")
    tape.show("POST", f"{path}/backlog", {"products": "all"})
    examples = tape.examples()
    return {name: examples[name] for name in ("list_members", "get_exports", "send_backlog")}


def written(example: Example) -> str:
    """The example as its file has it."""
    return json.dumps(example, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for name, example in record().items():
        (EXAMPLES / f"{name}.json").write_text(written(example), encoding="utf-8")
