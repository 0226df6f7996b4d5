"""The simulated Etsy on a port: as a process of its own, and its pages for people."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import requests

from simulators.door import HttpDoor
from simulators.etsy import EtsySimulator
from simulators.etsy.stand_in import APP, StandIn

ROOT = Path(__file__).resolve().parents[3]


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "simulators.etsy", "--seller", "anna=5.first", "--latency", "0", "--per-day", "77"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        form = {"grant_type": "refresh_token", "client_id": APP["keystring"], "refresh_token": "5.first"}
        token = requests.post(f"{url}/v3/public/oauth/token", data=form, timeout=10).json()["access_token"]
        key = f"{APP['keystring']}:{APP['shared_secret']}"
        headers = {"x-api-key": key, "Authorization": f"Bearer {token}"}
        answer = requests.get(f"{url}/v3/application/users/me", headers=headers, timeout=10)
        assert (answer.status_code, answer.headers["x-limit-per-day"]) == (200, "77")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        process.communicate()


def test_the_stand_in_sells_lists_and_tells_of_orders() -> None:
    with HttpDoor(EtsySimulator()) as door:
        stand_in = StandIn(door.url)
        seller = stand_in.add_seller("anna")
        assert set(seller.credentials) == {"keystring", "shared_secret", "refresh_token"}
        stand_in.list_by_hand("anna", "MUG", quantity=3, price="12.50")
        assert (stand_in.quantity("MUG"), stand_in.price("MUG")) == (3, "12.50")
        order = stand_in.buy("MUG", "anna")
        assert (stand_in.total(order), stand_in.parcels(order), stand_in.quantity("MUG")) == ("17.40", [], 2)
        stand_in.do("ship_order", receipt_id=int(order), carrier="DHL", tracking="A1")
        assert stand_in.parcels(order) == [("DHL", "A1")]
        stand_in.cancel(stand_in.buy("MUG", "anna"))
        assert stand_in.revisions() == []
        page = requests.get(stand_in.on_sale()["MUG"]["url"], timeout=10)
        assert (page.status_code, "MUG" in page.text, "12.50 EUR" in page.text) == (200, True, True)
        assert requests.get(f"{door.url}/listing/5", timeout=10).status_code == 404
        picture = requests.get(f"{door.url}/anything.jpg", timeout=10)
        assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
