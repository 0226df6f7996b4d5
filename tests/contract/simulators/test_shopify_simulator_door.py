"""The simulated shop from outside: the control door, and the programme on a port of this machine."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from simulators.shopify import ShopifySimulator
from tests.contract.simulators.shopify_simulator_client import SUBSCRIBE, Shop

CHECKOUT = Path(__file__).resolve().parents[3]


def door() -> tuple[ShopifySimulator, Client]:
    simulator = ShopifySimulator()
    return simulator, Client(simulator)


def test_a_deed_is_done_by_name_and_shows_in_the_state() -> None:
    _, client = door()
    told = client.post(
        "/_sim/deeds", json={"deed": "add_product", "title": "Mug", "variants": [{"sku": "MUG", "stock": 4}]}
    )
    assert told.status_code == 200
    client.post("/_sim/deeds", json={"deed": "sell", "sku": "MUG"})
    state = client.get("/_sim/state").json
    assert state is not None
    assert state["counts"] == {"products": 1, "variants": 1, "orders": 1, "collections": 0}
    assert state["products"][0]["variants"][0]["stock"] == {str(state["locations"][0]["id"]): 3}


def test_the_state_shows_the_latest_orders_and_counts_them_all() -> None:
    simulator, client = door()
    simulator.deeds.add_product(title="Mug", variants=[{"sku": "MUG", "stock": 4}])
    for _ in range(3):
        simulator.deeds.sell(sku="MUG")
    state = client.get("/_sim/state?limit=2").json
    assert state is not None
    assert [one["name"] for one in state["orders"]] == ["#1002", "#1003"]
    assert state["counts"]["orders"] == 3


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"deed": "levitate"}, 404, "no deed 'levitate'"),
        ({"deed": "_level_changed"}, 404, "no deed '_level_changed'"),
        ({"deed": "set_stock", "available": 1, "sku": "NONE"}, 404, "no variant with SKU 'NONE'"),
        ({"deed": "add_product", "title": "X", "variants": [{"price": "-1"}]}, 400, "never negative"),
        ({"deed": "add_product", "title": "X", "variants": [{"price": "cheap"}]}, 400, "no amount: 'cheap'"),
        ({"deed": "set_stock", "sku": "X"}, 400, "available"),
        ({"deed": "set_stock", "available": "many", "sku": "X"}, 400, "set_stock: available: "),
        ({"deed": "set_price", "price": "1", "colour": "X"}, 400, "unexpected keyword argument 'colour'"),
        ({"deed": "add_collection"}, 400, "it has no title"),
        ({"deed": "add_product", "variants": [{"stock": "many"}]}, 400, "stock is a whole number, not 'many'"),
        ({"deed": "delete_product", "product_id": "gid"}, 400, "an id is a whole number, not 'gid'"),
        ([1], 400, "must be a JSON object"),
    ],
)
def test_a_bad_deed_is_refused_with_a_reason_and_nothing_happens(body: Any, status: int, reason: str) -> None:
    simulator, client = door()
    refused = client.post("/_sim/deeds", json=body)
    assert refused.status_code == status
    assert reason in refused.text
    assert simulator.world.live.products == {}
    assert simulator.world.live.variants == {}
    assert simulator.world.live.items == {}


def test_faults_are_planned_and_cleared_through_the_door() -> None:
    shop = Shop()
    client = Client(shop.simulator)
    assert client.post(
        "/_sim/faults", json={"operation": "shop", "kind": "status", "status": 503, "times": 9}
    ).json == {"waiting": 9}
    assert shop.post("{ shop { name } }").status_code == 503
    assert client.delete("/_sim/faults").status_code == 204
    assert client.get("/_sim/faults").json == {"waiting": 0}
    assert shop.post("{ shop { name } }").status_code == 200
    for wrong in ({"kind": "status", "colour": 1}, {"kind": "vendor", "name": "typo"}):
        assert client.post("/_sim/faults", json={"operation": "shop"} | wrong).status_code == 400


def test_the_journal_counts_calls_since_a_mark() -> None:
    shop = Shop()
    client = Client(shop.simulator)
    shop.data("{ shop { name } }")
    mark = client.get("/_sim/calls?brief=1").json["last"]
    shop.data("query Again { shop { name } }")
    told = client.get(f"/_sim/calls?since={mark}").json
    assert told is not None
    assert (told["total"], told["by_operation"]) == (1, {"shop": 1})
    assert told["calls"][0]["name"] == "Again"


def test_deliveries_are_played_with_through_the_door() -> None:
    shop = Shop()
    client = Client(shop.simulator)
    shop.subscribe("PRODUCTS_UPDATE")
    shop.deeds.set_title(shop.shirt()["product_id"], "Renamed")
    assert client.post("/_sim/deliveries", json={"play": "duplicate", "times": 2}).json == {"result": 2}
    assert client.post("/_sim/deliveries", json={"play": "pump"}).json == {"result": 3}
    assert [one.payload["title"] for one in shop.inbox] == ["Renamed"] * 3
    assert client.post("/_sim/deliveries", json={"play": "burn"}).status_code == 404


class _Receiver(BaseHTTPRequestHandler):
    arrived: queue.Queue[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.arrived.put((self.headers["X-Shopify-Topic"], body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, queue.Queue[tuple[str, bytes]]]]:
    arrived: queue.Queue[tuple[str, bytes]] = queue.Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Receiver", (_Receiver,), {"arrived": arrived}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hooks", arrived
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_the_programme_serves_the_shop_posts_its_webhooks_and_stops_on_sigterm(
    tmp_path: Path, receiver: tuple[str, queue.Queue[tuple[str, bytes]]]
) -> None:
    address, arrived = receiver
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([{"deed": "add_product", "title": "Mug", "variants": [{"sku": "MUG", "stock": 4}]}]))
    programme = subprocess.Popen(
        [sys.executable, "-m", "simulators.shopify", "--seed", str(seed), "--webhook-allow-http"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert programme.stdout is not None
        started = json.loads(programme.stdout.readline())
        url = started["url"]
        assert url.startswith("http://127.0.0.1:")
        credentials = {
            "client_id": "demo-client-id",
            "client_secret": "demo-client-secret",
            "grant_type": "client_credentials",
        }
        token = requests.post(f"{url}/admin/oauth/access_token", json=credentials, timeout=10).json()["access_token"]
        variables = {"topic": "INVENTORY_LEVELS_UPDATE", "sub": {"uri": address}}
        made = requests.post(
            f"{url}/admin/api/2026-04/graphql.json",
            json={"query": SUBSCRIBE, "variables": variables},
            headers={"X-Shopify-Access-Token": token},
            timeout=10,
        ).json()
        assert made["data"]["webhookSubscriptionCreate"]["userErrors"] == []
        requests.post(f"{url}/_sim/deeds", json={"deed": "sell", "sku": "MUG"}, timeout=10).raise_for_status()
        topic, body = arrived.get(timeout=10)
        assert (topic, json.loads(body)["available"]) == ("inventory_levels/update", 3)
    finally:
        programme.send_signal(signal.SIGTERM)
        assert programme.wait(timeout=15) == 0


def test_no_fault_of_a_list_is_planned_when_one_of_them_is_refused() -> None:
    simulator, client = door()
    good = [{"operation": one, "kind": "status"} for one in ("shop", "webhook:products/update")]
    bad = (
        {"operation": "*", "kind": "vendor"},
        {"operation": "webhook:*", "kind": "vendor"},
        {"operation": "webhook:*", "kind": "html"},
    )
    for one in bad:
        assert client.post("/_sim/faults", json={"faults": [*good, one]}).status_code == 400
        assert simulator.faults.waiting() == 0


def test_a_file_of_an_export_with_a_number_beyond_all_numbers_is_not_there() -> None:
    _, client = door()
    assert client.get(f"/_bulk/{'9' * 5000}.jsonl").status_code == 404
