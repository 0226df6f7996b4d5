"""The floor chain deployed: beside our own stack in its emulator, with simulators of its own of the same kind and pace."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import outside, stage
from localrun import deploy, environments
from localrun.emulator import ACCOUNT_ID, REGION, Emulator
from localrun.gateway import Gateway
from localrun.progress import Progress
from localrun.system import LocalSystem
from simulators.kit.stand_in import ControlClient, MarketplaceStandIn

SELLER = "floor"
BATCH, AT_ONCE = 10, 2
"""What template.yaml gives the lanes of a change and of an order."""
_FUNCTIONS = Path(__file__).with_name("functions.py")
_NAME = "bench-floor"
_STAGE = "floor"
_QUEUES = ("read", "write", "poll", "create")
MEMORY_MIB, _TIMEOUT_S = 512, 60
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_RIGHTS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["dynamodb:*", "sqs:*", "logs:*"], "Resource": "*"}],
}


@dataclass(frozen=True, slots=True)
class Outside:
    """The floor's own shop and marketplace, and what its functions may show them."""

    shop: ControlClient
    market: MarketplaceStandIn
    variables: Mapping[str, str]
    """SHOP_URL, SHOP_TOKEN, MARKET_URL and MARKET_TOKEN, what the marketplace's `_floor` file reads beside them, and the names of
    both files: SHOP_FLOOR and MARKET_FLOOR."""

    def subscribe(self, uri: str) -> None:
        """Have the shop deliver changes of stock to this address."""
        outside.OF_SHOP.subscribe(self.shop.url, self.variables["SHOP_TOKEN"], uri)


class Chain:
    """The floor's functions, queues, table and door in an emulator."""

    def __init__(self, emulator: Emulator, outside: Outside) -> None:
        self._emulator = emulator
        self._table = _NAME
        self._dynamodb, self._sqs = emulator.client("dynamodb"), emulator.client("sqs")
        self.outside = outside
        self.queues = {name: self._queue(name) for name in _QUEUES}
        self._gateway = Gateway()

    @property
    def door_url(self) -> str:
        return f"{self._gateway.url}/webhooks/floor"

    def deploy(self) -> None:
        """Make what the chain is of. Afterwards a delivery to `door_url` or a message to `queues["poll"]` starts it."""
        self._dynamodb.create_table(
            TableName=self._table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        role = self._role()
        functions = {name: self._function(name, role) for name in ("door", *_QUEUES)}
        for name in _QUEUES:
            self._emulator.client("lambda").create_event_source_mapping(
                EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{_NAME}-{name}",
                FunctionName=functions[name],
                BatchSize=BATCH,
                ScalingConfig={"MaximumConcurrency": AT_ONCE},
            )
        self._gateway.route_to(self._api(functions["door"]))

    def close(self) -> None:
        self._gateway.close()

    def poll_since(self, since: float) -> None:
        """Ask for the marketplace's orders since this instant (seconds since 1970)."""
        text = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(since))
        self._sqs.send_message(QueueUrl=self.queues["poll"], MessageBody=json.dumps({"since": text}))

    def put(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        """Rows by id, with what the functions look up: `offer` or `variant` of a SKU."""
        for id, told in rows.items():
            fields = {name: {"S": value} for name, value in told.items()}
            self._dynamodb.put_item(TableName=self._table, Item={"id": {"S": id}, **fields})

    def numbers(self, ids: Iterable[str], name: str) -> dict[str, float]:
        """The number `name` of these rows, of those that have it."""
        wanted = set(ids)
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, FilterExpression="attribute_exists(#name)", ExpressionAttributeNames={"#name": name}
        )
        rows = (row for page in pages for row in page["Items"])
        return {row["id"]["S"]: float(row[name]["N"]) for row in rows if row["id"]["S"] in wanted}

    def await_numbers(self, ids: Sequence[str], name: str, *, latest_s: float) -> dict[str, float]:
        """As `numbers`, once all have it."""
        ends = time.monotonic() + latest_s
        while len(found := self.numbers(ids, name)) < len(ids):
            if time.monotonic() > ends:
                raise AssertionError(f"the floor brought {len(found)} of {len(ids)} to {name}")
            time.sleep(1.0)
        return found

    def _queue(self, name: str) -> str:
        made = self._sqs.create_queue(
            QueueName=f"{_NAME}-{name}", Attributes={"VisibilityTimeout": str(_TIMEOUT_S * 6)}
        )
        return str(made["QueueUrl"])

    def _role(self) -> str:
        iam = self._emulator.client("iam")
        made = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=json.dumps(_TRUST))
        iam.put_role_policy(RoleName=_NAME, PolicyName=_NAME, PolicyDocument=json.dumps(_RIGHTS))
        return str(made["Role"]["Arn"])

    def _function(self, name: str, role: str) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as packed:
            for file in (_FUNCTIONS, *outside.FLOORS):
                packed.write(file, file.name)
        variables = {
            "AWS_ENDPOINT_URL": self._emulator.url,
            "TABLE": self._table,
            **self.outside.variables,
            **{f"{queue.upper()}_QUEUE": url for queue, url in self.queues.items()},
        }
        architecture, runtime = _target()
        made = self._emulator.client("lambda").create_function(
            FunctionName=f"{_NAME}-{name}",
            Runtime=runtime,
            Architectures=[architecture],
            Role=role,
            Handler=f"functions.{name}",
            Code={"ZipFile": code.getvalue()},
            Timeout=_TIMEOUT_S,
            MemorySize=MEMORY_MIB,
            Environment={"Variables": variables},
        )
        return str(made["FunctionArn"])

    def _api(self, function: str) -> str:
        """A REST API with the one route of the webhooks, as ours; returns its address without the path."""
        gateway = self._emulator.client("apigateway")
        api = gateway.create_rest_api(name=_NAME)["id"]
        above = gateway.get_resources(restApiId=api)["items"][0]["id"]
        for part in ("webhooks", "{shop_id}"):
            above = gateway.create_resource(restApiId=api, parentId=above, pathPart=part)["id"]
        gateway.put_method(restApiId=api, resourceId=above, httpMethod="POST", authorizationType="NONE")
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
        gateway.put_integration(
            restApiId=api, resourceId=above, httpMethod="POST", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
        )
        gateway.create_deployment(restApiId=api, stageName=_STAGE)
        self._emulator.client("lambda").add_permission(
            FunctionName=function,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        return f"{self._emulator.url}/restapis/{api}/{_STAGE}/_user_request_"


@contextmanager
def beside(system: LocalSystem, *, shop_arguments: Sequence[str]) -> Iterator[Chain]:
    """The chain in the emulator of a running system; its simulators have the figures' latency and the same limits."""
    with outside.marketplace("floor") as market, outside.shop("floor", shop_arguments) as shop_url:
        seller = market.door.add_seller(SELLER)
        of_shop, of_market = (file.stem for file in outside.FLOORS)
        theirs = Outside(
            ControlClient(shop_url),
            market.door,
            {
                "SHOP_URL": shop_url,
                "SHOP_TOKEN": outside.OF_SHOP.token(shop_url),
                "MARKET_URL": market.url,
                **outside.OF_MARKETPLACE.floor_variables(market.url, seller),
                "SHOP_FLOOR": of_shop,
                "MARKET_FLOOR": of_market,
            },
        )
        chain = Chain(system.emulator, theirs)
        try:
            chain.deploy()
            yield chain
        finally:
            chain.close()


def _target() -> tuple[str, str]:
    """The architecture and the runtime for which our own functions are built here."""
    target = deploy.Target.of_this_machine(environments.ensure(stage.ROOT, Progress(quiet=True)).runtime)
    return target.architecture, target.runtime
