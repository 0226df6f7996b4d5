"""`make deploy`: look at the account and the stack, say what would fail, then build and `sam deploy` what they need.

Everything that can be refused is refused before anything is built. The functions are built for the runtime and the
processor that the stack has; `samconfig.toml` names every parameter, so that its values reach an existing stack.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localrun import environments, template
from localrun.deploy import Target, build_for_production, parameter_file
from localrun.environments import Environments
from localrun.progress import Progress

QUOTA = 50
"""Concurrent executions that the deployment needs (ADR 15)."""
RUNTIMES = ("python3.13", "python3.14", "python3.12")
"""What Lambda creates functions with today, of what the template knows."""
_OWN = ("Runtime", "Architecture")
"""What an existing stack keeps unless it is asked for: the functions are built for it."""
_UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
_NEVER_THERE = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
_QUOTA_TEXT = """\
This account may run {free} functions at once in {region}, and the deployment needs {quota}: with fewer, deliveries can
find no room to run. They are not lost, but late. Ask AWS for more (it costs nothing):

    aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 \\
      --desired-value {quota} --region {region}

To deploy all the same, where lateness does not matter: make deploy STAGE={stage} ANYWAY=1"""


class NotDeployable(Exception):
    """Why nothing was built or deployed, and what to do."""


@dataclass(frozen=True)
class Wishes:
    """What the person at the terminal asks for. `parameters` win over everything."""

    stage: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    anyway: bool = False


@dataclass(frozen=True)
class Configured:
    """What samconfig.toml says about a stage."""

    stack_name: str
    parameters: Mapping[str, str]
    region: str | None
    profile: str | None


@dataclass(frozen=True)
class Stack:
    """A stack as it stands."""

    status: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Account:
    """Where the stack is deployed. `unreserved` counts the executions that no function keeps for itself; None when
    that may not be read."""

    region: str
    unreserved: int | None


@dataclass(frozen=True)
class Plan:
    """What is built and deployed. `changes` are the parameters of the existing stack that get another value."""

    stack_name: str
    target: Target
    parameters: Mapping[str, str]
    changes: Sequence[str]
    notes: Sequence[str]


def configured(path: Path, stage: str) -> Configured:
    """What samconfig.toml says about this stage. Raises `NotDeployable` when it knows no such stage."""
    document = tomllib.loads(path.read_text())
    if stage not in document or "parameter_overrides" not in document[stage].get("deploy", {}).get("parameters", {}):
        raise NotDeployable(f"samconfig.toml has no stage {stage!r}: copy the sections of dev or prod")
    deploy = document[stage].get("global", {}).get("parameters", {}) | document[stage]["deploy"]["parameters"]
    return Configured(
        stack_name=deploy["stack_name"],
        parameters={name: str(value) for name, value in deploy["parameter_overrides"].items()},
        region=deploy.get("region"),
        profile=deploy.get("profile"),
    )


def plan(
    wishes: Wishes, config: Configured, defaults: Mapping[str, str], stack: Stack | None, account: Account
) -> Plan:
    """What to build and deploy. Raises `NotDeployable`, with everything that is in the way at once.

    A value asked for wins; then, for runtime and processor, the stack's own; then samconfig's, unless it is empty there
    and the stack has one (an address that was given once); then the stack's own, and the template's default.
    """
    own = stack.parameters if stack else {}
    parameters = {
        name: _value(name, wishes.parameters, config.parameters, own, default) for name, default in defaults.items()
    }
    notes: list[str] = []
    if stack is None and "DeletionProtection" not in wishes.parameters:
        if parameters["DeletionProtection"] == "enabled":
            notes.append("Tables and user pool can be deleted until the second deployment, which protects them.")
        parameters["DeletionProtection"] = "disabled"
    reasons = [
        *_unknown(wishes.parameters, defaults),
        *_unfit(parameters, wishes.stage, own),
        *_not_updatable(config.stack_name, stack),
    ]
    short = _too_few(account, wishes.stage)
    if short and not wishes.anyway:
        reasons.append(short)
    if reasons:
        raise NotDeployable("\n\n".join(reasons))
    if short:
        notes.append(f"Deploying with less concurrency than the {QUOTA} that are needed, as asked.")
    changes = [
        f"{name}: {own.get(name, '(none)') or '(empty)'} -> {value or '(empty)'}"
        for name, value in parameters.items()
        if stack is not None and own.get(name) != value
    ]
    target = Target(runtime=parameters["Runtime"], architecture=parameters["Architecture"])
    return Plan(config.stack_name, target, parameters, changes, notes)


def _value(name: str, asked: Mapping[str, str], config: Mapping[str, str], own: Mapping[str, str], default: str) -> str:
    places = [own, config] if name in _OWN else [{key: value for key, value in config.items() if value}, own, config]
    return next((place[name] for place in [asked, *places] if name in place), default)


def _unknown(asked: Mapping[str, str], defaults: Mapping[str, str]) -> list[str]:
    return [f"The template has no parameter {name}." for name in asked if name not in defaults]


def _unfit(parameters: Mapping[str, str], stage: str, own: Mapping[str, str]) -> list[str]:
    reasons: list[str] = []
    if parameters["Stage"] != own.get("Stage", parameters["Stage"]):
        reasons.append(
            f"The stack is of stage {own['Stage']}, and a stage names its tables: give {parameters['Stage']} a stack of its own."
        )
    if parameters["Runtime"] not in RUNTIMES:
        reasons.append(
            f"AWS creates no functions with {parameters['Runtime']} any more: "
            f"make deploy STAGE={stage} RUNTIME={RUNTIMES[0]}"
        )
    if parameters["Stage"] == "prod" and not parameters["AlarmEmail"]:
        reasons.append(
            "Production needs somebody who is told of its alarms. Write AlarmEmail into samconfig.toml, "
            f'or once: make deploy STAGE={stage} SET="AlarmEmail=you@example.com"'
        )
    return reasons


def _not_updatable(name: str, stack: Stack | None) -> list[str]:
    if stack is None or stack.status in _UPDATABLE:
        return []
    if stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        return [
            f"The stack {name} is in state {stack.status} and can only be deleted: "
            f"aws cloudformation delete-stack --stack-name {name}, then deploy again."
        ]
    if stack.status.endswith("_IN_PROGRESS"):
        return [f"The stack {name} is in state {stack.status}: wait until it has settled, then deploy again."]
    return [
        f"The stack {name} is in state {stack.status}; its events in the CloudFormation console say why. "
        f"aws cloudformation continue-update-rollback --stack-name {name} brings it back."
    ]


def _too_few(account: Account, stage: str) -> str:
    if account.unreserved is None:
        return (
            f"The account's quota of concurrent executions cannot be read (lambda:GetAccountSettings is not allowed). "
            f"The deployment needs {QUOTA}. To deploy all the same: make deploy STAGE={stage} ANYWAY=1"
        )
    if account.unreserved >= QUOTA:
        return ""
    return _QUOTA_TEXT.format(free=account.unreserved, region=account.region, quota=QUOTA, stage=stage)


def read_stack(cloudformation: Any, name: str) -> Stack | None:
    """The stack of this name, or None when there is none yet. `cloudformation` is a client."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    if found["StackStatus"] in _NEVER_THERE:
        return None
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}
    return Stack(found["StackStatus"], parameters)


def read_account(functions: Any, region: str) -> Account:
    """What the account may run at once. `functions` is a client of Lambda."""
    try:
        limit = functions.get_account_settings()["AccountLimit"]
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return Account(region, None)
        raise
    return Account(region, int(limit["UnreservedConcurrentExecutions"]))


def deploy(
    root: Path,
    wishes: Wishes,
    progress: Progress,
    *,
    client: Callable[[str, Configured], Any] | None = None,
    build: Callable[[Target], None] | None = None,
    run: Callable[[Sequence[str]], int] | None = None,
) -> int:
    """Deploy the stage and return SAM's exit code. `client`, `build` and `run` stand in for AWS and SAM in tests.

    Raises:
        NotDeployable: nothing was built; the message says why, and what to do.
        SamFailed: the build failed.
    """
    config = configured(root / "samconfig.toml", wishes.stage)
    make_client = client or _client
    try:
        functions = make_client("lambda", config)
        account = read_account(functions, functions.meta.region_name)
        stack = read_stack(make_client("cloudformation", config), config.stack_name)
    except (BotoCoreError, ClientError) as error:
        raise NotDeployable(f"AWS cannot be asked about the account and the stack: {error}") from error
    parameters = template.load(root / "template.yaml")["Parameters"]
    defaults = {name: str(parameter["Default"]) for name, parameter in parameters.items()}
    planned = plan(wishes, config, defaults, stack, account)
    _tell(planned, stack, account, progress)
    (build or (lambda target: _build(root, target, progress)))(planned.target)
    folder = root / ".local" / "build"
    folder.mkdir(parents=True, exist_ok=True)
    overrides = parameter_file(folder, planned.parameters)
    command = ["deploy", "--config-env", wishes.stage, "--stack-name", planned.stack_name]
    command += ["--region", account.region, "--parameter-overrides", f"file://{overrides}"]
    return (run or (lambda arguments: _sam(root, arguments)))(command)


def _tell(planned: Plan, stack: Stack | None, account: Account, progress: Progress) -> None:
    what = "a first deployment" if stack is None else f"an update of a stack in {stack.status}"
    target = planned.target
    progress.say(f"{planned.stack_name} in {account.region}: {what}, {target.runtime} on {target.architecture}")
    for note in planned.notes:
        progress.say(note)
    for change in planned.changes:
        progress.say(f"changes {change}")


def _client(service: str, config: Configured) -> Any:
    session: Any = boto3.Session(profile_name=config.profile, region_name=config.region)
    return session.client(service)


def _build(root: Path, target: Target, progress: Progress) -> None:
    made = environments.ensure(root, progress)
    python_bin = environments.for_runtime(root, target.runtime, progress)
    with progress.step(f"sam build for {target.runtime} on {target.architecture}"):
        build_for_production(root, made, target, python_bin=python_bin)


def _sam(root: Path, arguments: Sequence[str]) -> int:
    """SAM at the terminal, with the person's own credentials: it shows the change set and asks."""
    sam = Environments.of(root).sam.bin / "sam"
    return subprocess.run([str(sam), *arguments], cwd=root, env=dict(os.environ), check=False).returncode
