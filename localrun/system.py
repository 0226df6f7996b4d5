"""The whole system on one machine: emulator, deployed stack, simulators and the addresses to reach them."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import requests

from localrun import deploy, environments
from localrun.accounts import Login, People
from localrun.emulator import Emulator
from localrun.folders import private_folder
from localrun.gateway import SIGNED_PATHS, Gateway
from localrun.processes import Children, free_port
from localrun.progress import Progress
from localrun.simulators import Pair, Simulators
from simulators.kit.stand_in import MarketplaceStandIn, ShopStandIn

ROOT = Path(__file__).resolve().parent.parent
STAGE = "local"
LANES = {
    "shop-events": "ShopEvents",
    "recompute": "Recompute",
    "revise": "Revise",
    "publish": "Publish",
    "orders": "Orders",
    "fulfillments": "Fulfillments",
}
"""The lanes, and how template.yaml begins their names."""

_SAMPLES = {
    "SyncCatalog": "sync_catalog/shop_events.json",
    "RecomputeListings": "recompute_listings/recompute_chunk.json",
    "ReviseInventory": "revise_inventory/nudge.json",
    "PublishListing": "publish_listing/publish_task.json",
    "ImportOrders": "import_orders/messages.json",
    "RelayFulfillment": "relay_fulfillment/relay_order.json",
    "Reconcile": "reconcile/unsent.json",
}


class AlreadyRunning(Exception):
    """A system of this name is up; its process id is in the message."""


@dataclass(frozen=True)
class LaneDepth:
    """How many messages a lane holds: waiting (delayed ones included), being worked on, and given up."""

    waiting: int
    in_flight: int
    dead: int


class LocalSystem:
    """The deployed system on this machine. Use as a context manager, or call `start` and `stop`.

    `name` keeps systems beside each other apart: each has a folder, ports and state of its own. With `keep_state`
    the tables of the last orderly stop come back. `public_url` is the address under which a tunnel reaches
    `tunnel_url`, where only webhooks, notices and callbacks answer; without it the functions are told `api_url`.
    `bind` opens emulator and API to other machines or containers. `parameters` overrides parameters of the template.

    `pair` says which shop and which marketplace have a stand-in; no other is started.

    After `start`: `api_url` (no stage, no trailing slash: `api_url + "/v1/health"`), `public_url`, `shop_url`,
    `marketplace_url`, `emulator`, `outputs`.
    """

    def __init__(
        self,
        *,
        name: str = "up",
        public_url: str | None = None,
        keep_state: bool = False,
        bind: str = "127.0.0.1",
        emulator_port: int | None = None,
        parameters: Mapping[str, str] | None = None,
        pair: Pair | None = None,
        simulator_arguments: Mapping[str, Sequence[str]] | None = None,
        progress: Progress | None = None,
        root: Path = ROOT,
    ) -> None:
        self.name = name
        self.folder = root / ".local" / "run" / name
        self.outputs: dict[str, str] = {}
        self.progress = progress or Progress(quiet=True)
        self._root = root
        self._wanted_public_url = public_url.rstrip("/") if public_url else None
        self._keep_state = keep_state
        self._bind = bind
        self._emulator_port = emulator_port
        self._parameters = dict(parameters or {})
        self._children = Children(self.folder)
        self.pair = pair or Pair.of()
        self._simulators = Simulators(root, self._children, self.pair, arguments=simulator_arguments)
        self._emulator: Emulator | None = None
        self._gateway: Gateway | None = None
        self._tunnel: Gateway | None = None
        self._people: People | None = None
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Bring everything up; returns when a request would be answered by warm functions.

        Raises `AlreadyRunning`, `environments.EnvironmentFailed`, `deploy.SamFailed` or `processes.ProcessDied`;
        whatever had been started by then is stopped.
        """
        self._take_lock()
        try:
            self._children.end_leftovers(self.progress)
            self._start_everything()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every process, close every port, remove every temporary folder. Can be called twice."""
        for gateway in (self._gateway, self._tunnel):
            if gateway is not None:
                gateway.close()
        self._gateway = self._tunnel = None
        self._children.stop_all()
        if self._emulator is not None:
            self._emulator.stop()
            self._emulator = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> LocalSystem:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def emulator(self) -> Emulator:
        """The emulator of a started system; `emulator.client("dynamodb")` looks inside."""
        if self._emulator is None:
            raise RuntimeError("the local system is not started")
        return self._emulator

    @property
    def api_url(self) -> str:
        """Where the API answers, with every route of the template."""
        if self._gateway is None:
            raise RuntimeError("the local system is not started")
        return self._gateway.url

    @property
    def public_url(self) -> str:
        """What the functions build webhook and callback addresses from."""
        return self._wanted_public_url or self.api_url

    @property
    def tunnel_url(self) -> str | None:
        """Where a tunnel should lead to: webhooks, notices and callbacks and nothing else. None without `public_url`."""
        return self._tunnel.url if self._tunnel else None

    @property
    def simulator_urls(self) -> dict[str, str]:
        """Slug of a platform -> address of its simulator."""
        return self._simulators.urls

    @property
    def shop_url(self) -> str:
        """Address of the shop's simulator; its control door is below `/_sim/`."""
        return self.simulator_urls[self.pair.shop]

    @property
    def marketplace_url(self) -> str:
        """Address of the marketplace's simulator; its control door is below `/_sim/`."""
        return self.simulator_urls[self.pair.marketplace]

    @property
    def shop(self) -> ShopStandIn:
        """The shop out there."""
        return self.pair.shop_stand_in()(self.shop_url)

    @property
    def marketplace(self) -> MarketplaceStandIn:
        """The marketplace out there."""
        return self.pair.marketplace_stand_in()(self.marketplace_url)

    def login(self, group: str) -> Login:
        """Email and password of the user of this group: viewer, operator or admin."""
        return self._require_people().login(group)

    def token(self, group: str) -> str:
        """A token for the header `Authorization`, valid for an hour, of a user of this group."""
        return self._require_people().token(group)

    def queue_depths(self) -> dict[str, LaneDepth]:
        """Lane -> its depth now. Counts are the emulator's, exact and current."""
        sqs = self.emulator.client("sqs")
        return {
            lane: LaneDepth(
                *_depth(sqs, self.outputs[f"{prefix}QueueUrl"]),
                dead=sum(_depth(sqs, self.outputs[f"{prefix}DeadLettersUrl"])),
            )
            for lane, prefix in LANES.items()
        }

    def died(self) -> str | None:
        """What to tell if a process of the system has ended unasked, else None."""
        dead = self._children.first_dead()
        return f"{dead.name} ended unasked:\n{dead.log_tail()}" if dead else None

    def _start_everything(self) -> None:
        ports = self.remembered_ports()
        made = environments.ensure(self._root, self.progress)
        target = deploy.Target.of_this_machine(made.runtime)
        self._gateway = Gateway(port=free_port(preferred=ports.get("gateway")), bind=self._bind)
        if self._wanted_public_url:
            self._tunnel = Gateway(port=free_port(preferred=ports.get("tunnel")), allowed=SIGNED_PATHS)
        self._emulator = Emulator(
            made.emulator,
            folder=self.folder,
            port=self._emulator_port or free_port(preferred=ports.get("emulator")),
            children=self._children,
            keep_state=self._keep_state,
            bind=self._bind,
            enforce_policies=True,
        )
        with self.progress.step("starting the simulators and the AWS emulator"):
            self._simulators.start(queues=self._emulator.url, preferred_ports=ports)
            self._emulator.start()
        with self.progress.step(f"sam build for {target.runtime} on {target.architecture}"):
            template = deploy.build(self._root, made, target)
        with self.progress.step("sam deploy"):
            self.outputs = deploy.deploy(
                self._root,
                made,
                self._emulator,
                template=template,
                parameters=self._all_parameters(target),
                folder=self.folder,
            )
        self._route()
        with self.progress.step("warming the functions"):
            self._simulators.await_ready()
            self._warm()
        self._remember_ports()

    def _all_parameters(self, target: deploy.Target) -> dict[str, str]:
        return {
            "Stage": STAGE,
            "Runtime": target.runtime,
            "Architecture": target.architecture,
            "AwsEndpointUrl": self.emulator.url,
            "PublicBaseUrl": self.public_url,
            "PlatformUrls": json.dumps(self.simulator_urls, sort_keys=True),
            # A partition of the emulator has no limit, and each query costs it milliseconds.
            "DueShards": "1",
        } | self._parameters

    def _route(self) -> None:
        behind = f"{self.emulator.url}/restapis/{self.outputs['ApiId']}/{STAGE}/_user_request_"
        for gateway in (self._gateway, self._tunnel):
            if gateway is not None:
                gateway.route_to(behind)
        self._people = People(
            self.emulator, pool_id=self.outputs["UserPoolId"], client_id=self.outputs["UserPoolClientId"]
        )

    def _warm(self) -> None:
        """Let every function do what its sample event asks, so that the first real one waits for no import.

        The answers do not matter: the samples name a shop and an account that do not exist.
        """
        functions = self.emulator.client("lambda")

        def invoke(sample: tuple[str, str]) -> None:
            function, event = sample
            payload = (self._root / "events" / event).read_bytes()
            functions.invoke(FunctionName=self.outputs[f"{function}FunctionName"], Payload=payload)

        def call(request: tuple[str, str, dict[str, str]]) -> None:
            method, path, headers = request
            requests.request(method, f"{self.api_url}{path}", headers=headers, timeout=60)

        delivery: tuple[str, str, dict[str, str]] = ("POST", "/webhooks/warming-up", {})
        notice: tuple[str, str, dict[str, str]] = ("POST", "/notices/warming-up", {})
        question = ("GET", "/v1/health", {"Authorization": self.token("admin")})
        with ThreadPoolExecutor(max_workers=4) as pool:
            # Two workers for what comes in bursts: a second one that starts in the middle of a story looks like a delay.
            calls = pool.map(call, [delivery, delivery, notice, question])
            list(pool.map(invoke, [next(iter(_SAMPLES.items())), *_SAMPLES.items()]))
            list(calls)

    def _require_people(self) -> People:
        if self._people is None:
            raise RuntimeError("the local system is not started")
        return self._people

    def _take_lock(self) -> None:
        private_folder(self.folder)
        lock = (self.folder / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            holder = (self.folder / "lock").read_text().strip()
            raise AlreadyRunning(f"a system named {self.name!r} is up (process {holder})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def remembered_ports(self) -> dict[str, int]:
        """The ports of the running or last run: emulator, gateway, tunnel and each simulator by its slug.

        They are taken again if they are free, for then the deployed parameters stay the same.
        """
        try:
            stored: Any = json.loads((self.folder / "ports.json").read_text())
        except (OSError, ValueError):
            return {}
        return {str(key): int(value) for key, value in stored.items()}

    def _remember_ports(self) -> None:
        ports = {"emulator": self.emulator.port, **self._simulators.ports}
        for name, gateway in (("gateway", self._gateway), ("tunnel", self._tunnel)):
            if gateway is not None:
                ports[name] = gateway.port
        (self.folder / "ports.json").write_text(json.dumps(ports, sort_keys=True))


def free_name(base: str, *, root: Path = ROOT) -> str:
    """`base`, or `base-2`, `base-3`, ...: the first of which no system is up."""
    number = 1
    while is_up(name := base if number == 1 else f"{base}-{number}", root=root):
        number += 1
    return name


def is_up(name: str, *, root: Path = ROOT) -> bool:
    """Whether a process of this machine holds the system of this name."""
    path = root / ".local" / "run" / name / "lock"
    if not path.exists():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _depth(sqs: Any, url: str) -> tuple[int, int]:
    names = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    )
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
    waiting, delayed, in_flight = (int(found.get(name, 0)) for name in names)
    return waiting + delayed, in_flight
