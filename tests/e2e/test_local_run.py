"""The local run itself: where it listens, what it exposes, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from localrun.emulator import REGION
from localrun.gateway import SIGNED_PATHS, Gateway
from localrun.system import LANES, ROOT, LaneDepth, LocalSystem
from tests.e2e.traces import Traces, children, family

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def _listening_addresses(session_leaders: set[int]) -> set[str]:
    """Local addresses of all listening sockets that these processes and their children hold (Linux)."""
    inodes = {
        link.removeprefix("socket:[").removesuffix("]")
        for pid in family(session_leaders)
        for link in _links(Path(f"/proc/{pid}/fd"))
        if link.startswith("socket:[")
    }
    addresses = set()
    for table, size in (("/proc/net/tcp", 4), ("/proc/net/tcp6", 16)):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                packed = bytes.fromhex(fields[1].split(":")[0])
                words = b"".join(packed[start : start + 4][::-1] for start in range(0, size, 4))
                addresses.add(socket.inet_ntop(socket.AF_INET if size == 4 else socket.AF_INET6, words))
    return addresses


def _links(folder: Path) -> list[str]:
    found = []
    try:
        for entry in folder.iterdir():
            found.append(os.readlink(entry))
    except OSError:
        pass
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_every_socket_of_the_local_run_listens_on_this_machine_only(local_system: LocalSystem) -> None:
    started = children(local_system.folder)
    assert "emulator" in started
    assert _listening_addresses({*started.values(), os.getpid()}) == {"127.0.0.1"}


def test_the_admin_api_is_closed_without_a_token_and_with_a_forged_one(local_system: LocalSystem) -> None:
    address = f"{local_system.api_url}/v1/health"
    genuine = local_system.token("viewer")
    head, body, signature = genuine.split(".")
    forged = f"{head}.{body}.{signature[::-1]}"
    assert requests.get(address, timeout=30).status_code == 401
    assert requests.get(address, headers={"Authorization": forged}, timeout=30).status_code == 401
    assert requests.get(address, headers={"Authorization": genuine}, timeout=30).status_code == 200


def test_a_function_may_do_what_its_role_allows_and_no_more(local_system: LocalSystem) -> None:
    door = local_system.emulator.client("lambda").get_function_configuration(
        FunctionName=local_system.outputs["WebhookIngestFunctionName"]
    )
    sts = local_system.emulator.client("sts")
    taken = sts.assume_role(RoleArn=door["Role"], RoleSessionName="as-the-webhook-door")["Credentials"]

    def client(service: str) -> Any:
        make_client: Any = boto3.client
        return make_client(
            service,
            endpoint_url=local_system.emulator.url,
            region_name=REGION,
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )

    own_queue, other_queue = (local_system.outputs["ShopEventsQueueUrl"], local_system.outputs["ReviseQueueUrl"])
    waiting = local_system.queue_depths()["revise"].waiting
    inbox = {"shop": {"S": "role-test"}, "delivery": {"S": "1"}}
    client("dynamodb").put_item(TableName="listbridge-local-inbox", Item=inbox)
    with pytest.raises(ClientError, match="AccessDenied"):
        client("dynamodb").delete_item(TableName="listbridge-local-inbox", Key=inbox)
    local_system.emulator.client("dynamodb").delete_item(TableName="listbridge-local-inbox", Key=inbox)
    key = {"unit": {"S": "a"}, "site": {"S": "b"}}
    with pytest.raises(ClientError, match="AccessDenied"):
        client("dynamodb").get_item(TableName="listbridge-local-listings", Key=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        client("sqs").send_message(QueueUrl=other_queue, MessageBody="{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        client("sqs").receive_message(QueueUrl=own_queue)
    with pytest.raises(ClientError, match="AccessDenied"):
        client("secretsmanager").get_secret_value(SecretId="another-application/secret")
    assert local_system.queue_depths()["revise"].waiting <= waiting


def test_lanes_are_empty_when_nothing_has_happened(local_system: LocalSystem) -> None:
    depths = local_system.queue_depths()
    assert set(depths) == set(LANES)
    assert {lane: depth.dead for lane, depth in depths.items()} == dict.fromkeys(LANES, 0)
    assert all(isinstance(depth, LaneDepth) for depth in depths.values())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/health",
        "/",
        "/webhooks",
        "/webhooks/",
        "/webhooks/../v1/health",
        "/webhooks/%2e%2e/v1/health",
        "//v1/health",
        "/webhooks/a/b",
        "/callbacks/a%2Fb",
        "/_ministack/health",
        "/restapis/x",
        "/v1%2fhealth",
    ],
)
def test_behind_the_tunnel_nothing_answers_but_webhooks_and_callbacks(local_system: LocalSystem, path: str) -> None:
    tunnel = Gateway(allowed=SIGNED_PATHS)
    tunnel.route_to(local_system.emulator.url)
    try:
        with socket.create_connection(("127.0.0.1", tunnel.port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        assert answer.split(b"\r\n", 1)[0].startswith(b"HTTP/1.1 404 ")
    finally:
        tunnel.close()


def test_a_webhook_reaches_the_function_through_the_tunnel(local_system: LocalSystem) -> None:
    tunnel = Gateway(allowed=SIGNED_PATHS)
    tunnel.route_to(f"{local_system.emulator.url}/restapis/{local_system.outputs['ApiId']}/local/_user_request_")
    try:
        answer = requests.post(f"{tunnel.url}/webhooks/nobody", data=b"{}", timeout=30)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")
    finally:
        tunnel.close()


@pytest.mark.full
def test_sigterm_leaves_no_process_no_port_and_no_temporary_file(tmp_path: Path) -> None:
    """As Ctrl-C does (`test_tutorial.py`)."""
    name = f"stop-{os.getpid()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "localrun", "up", "--name", name],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C stops it" in line:
            break
    traces = Traces.of(ROOT / ".local" / "run" / name, outside=tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    assert traces.left() == []
