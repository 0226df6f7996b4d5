"""`make deploy` against an account and a stack that answer as AWS does; SAM is recorded, never run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError, NoCredentialsError

from localrun import release, template
from localrun.deploy import Target
from localrun.progress import Progress
from localrun.release import NotDeployable, Wishes

ROOT = Path(__file__).resolve().parents[3]
TOLD = {"AlarmEmail": "ops@example.com"}


def _refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Anything")


class Aws:
    """An account with a quota, and at most one stack; what SAM was asked to do stands in `built` and `ran`."""

    def __init__(
        self, *, unreserved: int | None = 1000, stack: Mapping[str, str] | None = None, status: str = "UPDATE_COMPLETE"
    ) -> None:
        self.meta = SimpleNamespace(region_name="eu-west-1")
        self.unreserved, self.stack, self.status = unreserved, stack, status
        self.built: list[Target] = []
        self.ran: list[list[str]] = []

    def get_account_settings(self) -> dict[str, Any]:
        if self.unreserved is None:
            raise _refusal("AccessDeniedException", "not authorized to perform lambda:GetAccountSettings")
        limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": self.unreserved}
        return {"AccountLimit": limit}

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        if self.stack is None:
            raise _refusal("ValidationError", f"Stack with id {StackName} does not exist")
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.stack.items()]
        return {"Stacks": [{"StackStatus": self.status, "Parameters": parameters}]}

    def deploy(self, root: Path, wishes: Wishes) -> dict[str, str]:
        """Deploy, and return the parameters that SAM got."""
        code = release.deploy(
            root,
            wishes,
            Progress(quiet=True),
            client=lambda service, config: self,
            build=self.built.append,
            run=lambda arguments: self.ran.append(list(arguments)) or 0,
        )
        assert code == 0
        (command,) = self.ran
        overrides = command[command.index("--parameter-overrides") + 1].removeprefix("file://")
        parameters: dict[str, str] = yaml.safe_load(Path(overrides).read_text())
        return parameters

    def refuse(self, root: Path, wishes: Wishes) -> str:
        """Be refused, with nothing built and nothing deployed; returns why."""
        with pytest.raises(NotDeployable) as refusal:
            self.deploy(root, wishes)
        assert (self.built, self.ran) == ([], [])
        return str(refusal.value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with the real template and the real samconfig.toml."""
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _defaults() -> dict[str, str]:
    parameters = template.load(ROOT / "template.yaml")["Parameters"]
    return {name: str(parameter["Default"]) for name, parameter in parameters.items()}


def _prod(**changed: str) -> dict[str, str]:
    config = release.configured(ROOT / "samconfig.toml", "prod").parameters
    return {**_defaults(), **config, **TOLD, **changed}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_samconfig_names_every_parameter_of_the_template_and_no_other(stage: str) -> None:
    config = release.configured(ROOT / "samconfig.toml", stage)
    assert sorted(config.parameters) == sorted(_defaults())
    assert config.parameters["Stage"] == stage


def test_an_existing_stack_is_built_for_its_own_runtime_and_processor(root: Path) -> None:
    aws = Aws(stack=_prod(Architecture="x86_64", Runtime="python3.12"))
    parameters = aws.deploy(root, Wishes("prod"))
    assert aws.built == [Target("python3.12", "x86_64")]
    assert (parameters["Runtime"], parameters["Architecture"]) == ("python3.12", "x86_64")


def test_a_first_deployment_is_built_for_what_samconfig_says(root: Path) -> None:
    aws = Aws()
    aws.deploy(root, Wishes("prod", TOLD))
    assert aws.built == [Target("python3.13", "arm64")]


def test_the_runtime_and_processor_that_are_asked_for_win_over_the_stack_s(root: Path) -> None:
    aws = Aws(stack=_prod())
    parameters = aws.deploy(root, Wishes("prod", {"Runtime": "python3.14", "Architecture": "x86_64"}))
    assert aws.built == [Target("python3.14", "x86_64")]
    assert (parameters["Runtime"], parameters["Architecture"]) == ("python3.14", "x86_64")


def test_a_value_that_samconfig_changed_reaches_a_stack_that_has_another(root: Path) -> None:
    aws = Aws(stack=_prod(LogRetentionDays="30", OldestMessageSeconds="60"))
    parameters = aws.deploy(root, Wishes("prod"))
    assert (parameters["LogRetentionDays"], parameters["OldestMessageSeconds"]) == ("90", "900")


def test_a_stack_from_before_a_parameter_was_there_gets_it(root: Path) -> None:
    old = {name: value for name, value in _prod().items() if name not in ("Tracing", "WebhookBurst")}
    parameters = Aws(stack=old).deploy(root, Wishes("prod"))
    assert (parameters["Tracing"], parameters["WebhookBurst"]) == ("PassThrough", "10")


def test_one_override_drops_nothing_that_samconfig_or_the_stack_has(root: Path) -> None:
    aws = Aws(stack=_prod(PublicBaseUrl="https://listbridge.example.com"))
    parameters = aws.deploy(root, Wishes("prod", {"LogLevel": "DEBUG"}))
    assert parameters == _prod(
        PublicBaseUrl="https://listbridge.example.com", LogLevel="DEBUG", DeletionProtection="enabled"
    )


def test_an_address_can_be_taken_away_by_asking_for_an_empty_one(root: Path) -> None:
    aws = Aws(stack=_prod(PublicBaseUrl="https://listbridge.example.com"))
    assert aws.deploy(root, Wishes("prod", {"PublicBaseUrl": ""}))["PublicBaseUrl"] == ""


def test_sam_is_given_the_stage_the_stack_and_the_region_that_were_checked(root: Path) -> None:
    aws = Aws()
    aws.deploy(root, Wishes("prod", TOLD))
    (command,) = aws.ran
    assert command[:-1] == [
        "deploy",
        "--config-env",
        "prod",
        "--stack-name",
        "listbridge-prod",
        "--region",
        "eu-west-1",
        "--parameter-overrides",
    ]


def test_tables_are_protected_from_the_second_deployment_on(root: Path) -> None:
    first = Aws().deploy(root, Wishes("prod", TOLD))
    assert first["DeletionProtection"] == "disabled"
    assert Aws(stack=first).deploy(root, Wishes("prod"))["DeletionProtection"] == "enabled"


def test_a_stack_that_was_only_announced_is_a_first_deployment(root: Path) -> None:
    aws = Aws(stack=_prod(), status="REVIEW_IN_PROGRESS")
    assert aws.deploy(root, Wishes("prod", TOLD))["DeletionProtection"] == "disabled"


def test_a_development_stack_is_never_protected(root: Path) -> None:
    assert Aws(stack=_defaults()).deploy(root, Wishes("dev"))["DeletionProtection"] == "disabled"


@pytest.mark.parametrize("unreserved", [10, 49])
def test_an_account_with_too_little_concurrency_is_told_how_to_get_more_before_anything_is_built(
    root: Path, unreserved: int
) -> None:
    why = Aws(unreserved=unreserved).refuse(root, Wishes("prod", TOLD))
    assert f"may run {unreserved} functions at once in eu-west-1, and the deployment needs 50" in why
    assert "request-service-quota-increase --service-code lambda --quota-code L-B99A9384" in why
    assert "--desired-value 50 --region eu-west-1" in why


def test_an_account_with_exactly_what_is_needed_is_deployed_to(root: Path) -> None:
    aws = Aws(unreserved=50)
    aws.deploy(root, Wishes("prod", TOLD))
    assert len(aws.ran) == 1


def test_who_insists_deploys_with_too_little_concurrency(root: Path) -> None:
    aws = Aws(unreserved=10)
    aws.deploy(root, Wishes("dev", anyway=True))
    assert len(aws.built) == len(aws.ran) == 1


def test_a_quota_that_may_not_be_read_stops_who_does_not_insist(root: Path) -> None:
    assert "lambda:GetAccountSettings" in Aws(unreserved=None).refuse(root, Wishes("dev"))
    aws = Aws(unreserved=None)
    aws.deploy(root, Wishes("dev", anyway=True))
    assert len(aws.ran) == 1


def test_python_3_11_is_refused_though_the_local_run_takes_it(root: Path) -> None:
    asked = Aws().refuse(root, Wishes("dev", {"Runtime": "python3.11"}))
    assert asked.startswith("AWS creates no functions with python3.11 any more")
    aws = Aws(stack=_defaults() | {"Runtime": "python3.11"})
    assert "make deploy STAGE=dev RUNTIME=python3.13" in aws.refuse(root, Wishes("dev"))


def test_production_without_an_address_for_alarms_is_refused(root: Path) -> None:
    assert 'SET="AlarmEmail=' in Aws().refuse(root, Wishes("prod"))


def test_the_address_for_alarms_that_the_stack_has_is_enough(root: Path) -> None:
    assert Aws(stack=_prod()).deploy(root, Wishes("prod"))["AlarmEmail"] == TOLD["AlarmEmail"]


def test_everything_that_is_in_the_way_is_told_at_once(root: Path) -> None:
    why = Aws(unreserved=10).refuse(root, Wishes("prod", {"Runtime": "python3.11", "DueShard": "8"}))
    for reason in ("no parameter DueShard", "python3.11", "AlarmEmail", "needs 50"):
        assert reason in why


def test_a_stack_of_another_stage_is_left_alone(root: Path) -> None:
    assert "stage names its tables" in Aws(stack=_prod(Stage="shop")).refuse(root, Wishes("prod"))


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name listbridge-dev"),
        ("UPDATE_IN_PROGRESS", "wait"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_told_before_anything_is_built(root: Path, status: str, advice: str) -> None:
    assert advice in Aws(stack=_defaults(), status=status).refuse(root, Wishes("dev"))


def test_a_stage_that_samconfig_does_not_know_is_refused(root: Path) -> None:
    assert "no stage 'qa'" in Aws().refuse(root, Wishes("qa"))


def test_a_machine_without_credentials_is_told_so(root: Path) -> None:
    def nobody(service: str, config: release.Configured) -> Any:
        raise NoCredentialsError

    with pytest.raises(NotDeployable, match="Unable to locate credentials"):
        release.deploy(root, Wishes("dev"), Progress(quiet=True), client=nobody)


def test_what_changes_is_said_before_anything_is_built(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws(stack=_prod(DueShards="2"))
    said_when_built: list[str] = []

    def build(target: Target) -> None:
        said_when_built.append(capsys.readouterr().out)

    release.deploy(root, Wishes("prod"), Progress(), client=lambda *_: aws, build=build, run=lambda arguments: 0)
    (said,) = said_when_built
    assert "changes DueShards: 2 -> 4\n" in said
    assert said.count("changes ") == 1
