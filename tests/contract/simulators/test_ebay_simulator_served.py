"""Over HTTP: the same simulator on a port of 127.0.0.1, as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[3]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "simulators.ebay", "--latency", "0", "--seller", "anna=r-anna"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def test_it_prints_its_address_serves_hangs_up_on_demand_and_stops_on_sigterm(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    assert process.stdout.readline().startswith("eBay limits, version ")
    form = {"grant_type": "refresh_token", "refresh_token": "r-anna"}
    token = requests.post(
        f"{url}/identity/v1/oauth2/token", data=form, auth=("sim-client", "sim-secret"), timeout=10
    ).json()
    headers = {
        "Authorization": f"Bearer {token['access_token']}",
        "Accept-Language": "en-US",
        "Content-Language": "en-US",
    }
    fault = {"operation": "createOrReplaceInventoryItem", "kind": "drop_after"}
    requests.post(f"{url}/_sim/faults", json=fault, timeout=10).raise_for_status()
    item = f"{url}/sell/inventory/v1/inventory_item/A-B"
    with pytest.raises(requests.RequestException):
        requests.put(item, json={"condition": "NEW"}, headers=headers, timeout=10)
    answer = requests.get(item, headers=headers, timeout=10).json()
    assert (answer["sku"], answer["condition"]) == ("A-B", "NEW")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0
