"""MiniStack: the AWS emulator that runs what production runs, as one plain process.

Left alone, it listens on every interface, without authentication, and runs uploaded code; it hands its whole
environment to the functions and leaves their unpacked code behind. So it gets an address, an environment and a
temporary folder of our choosing, and a door that no web page gets through (`emulator_door.py`).
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import requests
from botocore.config import Config

from localrun.folders import private_folder
from localrun.processes import Child, Children, ProcessDied

if TYPE_CHECKING:
    from localrun.environments import Environment

_DOOR = Path(__file__).with_name("emulator_door.py")
REGION = "eu-central-1"
ACCOUNT_ID = "000000000000"
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105 - the emulator asks for some key and checks none


def aws_client(service: str, *, endpoint_url: str) -> Any:
    """A boto3 client for an emulated service. `service` is boto3's name of it, such as "dynamodb"."""
    make_client: Any = boto3.client  # its overloads ask for a literal name
    return make_client(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(connect_timeout=5, read_timeout=70, retries={"max_attempts": 1}),
    )


class Emulator:
    """One emulator: its port, its folder, its state.

    `bind` is the address it listens on; anything but 127.0.0.1 opens it to the network. With `keep_state` it comes
    back with the stack and the tables it had when it was last stopped by SIGTERM (a kill loses them). With
    `enforce_policies` a function may do what its role allows and no more, as on AWS; the key `test` may do everything.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        folder: Path,
        port: int,
        children: Children,
        keep_state: bool = False,
        bind: str = "127.0.0.1",
        enforce_policies: bool = False,
    ) -> None:
        self._environment = environment
        self._folder = folder
        self._children = children
        self._keep_state = keep_state
        self._bind = bind
        self._enforce_policies = enforce_policies
        self._child: Child | None = None
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 60.0) -> None:
        """Return once it answers. Raises `ProcessDied`."""
        state, scratch = self._folder / "state", self._folder / "tmp"
        for left in (scratch, *self._folder.glob(".tmp-*"), *self._folder.glob(".state-*")):
            shutil.rmtree(left, ignore_errors=True)
        if not self._keep_state:
            shutil.rmtree(state, ignore_errors=True)
        for folder in (self._folder, state, scratch):
            private_folder(folder)
        # -P: the folder of the door holds modules of ours, and none of them may be taken for one of the emulator's.
        command = [str(self._environment.python), "-P", str(_DOOR)]
        self._child = self._children.start(
            "emulator",
            command,
            env=self._settings(state, scratch),
            cwd=self._folder,
            grace_s=20.0 if self._keep_state else 1.0,  # it has only its state to save
        )
        self._await_answer(self._child, timeout_s)

    def stop(self) -> None:
        """Stop it and remove what its functions unpacked, and its state unless that is to be kept."""
        if self._child is not None:
            self._child.stop()
        for name in ("tmp",) if self._keep_state else ("tmp", "state"):
            _remove_behind(self._folder / name)

    def client(self, service: str) -> Any:
        """A boto3 client for one of the emulated services."""
        return aws_client(service, endpoint_url=self.url)

    def _settings(self, state: Path, scratch: Path) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "BIND_HOST": self._bind,
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true" if self._enforce_policies else "false",
            "GATEWAY_PORT": str(self.port),
            "EDGE_PORT": str(self.port),
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
            "PERSIST_STATE": "1" if self._keep_state else "0",
            "STATE_DIR": str(state),
            # A worker that is thrown away while the reader reads makes the next step look slow.
            "LAMBDA_WARM_TTL_SECONDS": "86400",
        }

    def _await_answer(self, child: Child, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not child.alive:
                raise ProcessDied(f"the emulator ended with {child.process.returncode}:\n{child.log_tail()}")
            with contextlib.suppress(requests.RequestException):
                requests.get(f"{self.url}/_ministack/health", timeout=2).raise_for_status()
                return
            time.sleep(0.1)
        raise ProcessDied(f"the emulator does not answer on {self.url}:\n{child.log_tail()}")


def _remove_behind(folder: Path) -> None:
    """Take the folder away at once, and its files, tens of thousands of them, by a process that nobody waits for."""
    if not folder.exists():
        return
    gone = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    folder.rename(gone)
    subprocess.Popen(
        ["/bin/rm", "-rf", str(gone)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
