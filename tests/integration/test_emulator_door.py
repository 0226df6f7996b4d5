"""The emulator's own port takes no call that a browser makes for a page."""

from __future__ import annotations

import os
import shutil
import stat
from typing import Any

import boto3
import pytest
import requests

from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from localrun.environments import Environments
from localrun.processes import Children, free_port
from tests.emulator import ROOT, EmulatedAws, emulator

__all__ = ["emulator"]
pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]

ACTION = {"Action": "CreateQueue", "QueueName": "from-a-page"}


def _queues(emulator: EmulatedAws) -> list[str]:
    make: Any = boto3.client
    sqs = make(
        "sqs",
        endpoint_url=emulator.url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )
    return [url for url in sqs.list_queues().get("QueueUrls", []) if "from-a-page" in url]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"oRiGiN": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Host": "evil.example"},
        {"Host": "evil.example:4566"},
        {"Host": "127.0.0.1.evil.example"},
    ],
    ids=repr,
)
def test_a_page_changes_nothing(emulator: EmulatedAws, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        answer = requests.request(method, emulator.url, params=ACTION, headers=headers, timeout=30)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    preflight = requests.options(emulator.url, headers={**headers, "Origin": "https://evil.example"}, timeout=30)
    assert (preflight.status_code, preflight.headers.get("Access-Control-Allow-Origin")) == (403, None)
    assert _queues(emulator) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:4566", "LOCALHOST", "bucket.localhost:1", "[::1]:4566"])
def test_this_machine_is_answered(emulator: EmulatedAws, host: str) -> None:
    health = requests.get(
        f"{emulator.url}/_ministack/health", headers={"Host": host, "Sec-Fetch-Site": "none"}, timeout=30
    )
    assert health.status_code == 200


def test_what_a_run_keeps_is_its_owners_alone() -> None:
    folder = ROOT / ".local" / "run" / f"kept-{os.getpid()}"
    folder.mkdir(parents=True, mode=0o755)
    folder.chmod(0o755)  # as an earlier version made it
    children = Children(folder)
    kept = Emulator(Environments.of(ROOT).emulator, folder=folder, port=free_port(), children=children, keep_state=True)
    try:
        kept.start()
        kept.client("secretsmanager").create_secret(Name="kept", SecretString="s3cr3t")
        kept.stop()
        written = [path for path in (folder / "state").rglob("*") if path.is_file()]
        assert any(b"s3cr3t" in path.read_bytes() for path in written)
        private = [folder, folder / "state", *(folder / "state").rglob("*")]
        assert [path for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    finally:
        children.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
