"""Each function is told by its environment what its code reads: no more, and no less."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.domain.work import Lane
from listbridge.infra import settings
from localrun.variables import of_all, of_functions
from tests.packaging.conftest import ROOT
from tests.packaging.reach import FUNCTIONS, needs, queue_of, touched

_EVERY_FUNCTION = {"LOG_LEVEL", "AWS_ENDPOINT_URL", "SECRETS_PREFIX", "POWERTOOLS_SERVICE_NAME"}
_MAY_BE_EMPTY = {"AWS_ENDPOINT_URL", "PUBLIC_BASE_URL", "MARKETPLACE_EVENTS_QUEUE_ARN"}
_ELSEWHERE = "http://127.0.0.1:9"


def _variable(logical_id: str) -> str:
    """`ShopEventsQueue` -> SHOP_EVENTS_QUEUE_URL, `JobsTable` -> JOBS_TABLE."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).upper()
    return f"{snake}_URL" if snake.endswith("_QUEUE") else snake


def _logical_id(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_")) + "Function"


def _settings_named_in(source: str) -> set[str]:
    """Fields of the settings that a piece of code reads as attributes, of whatever."""
    names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    return names & set(settings.Settings.model_fields)


def _reads(function: str, properties: dict[str, Any]) -> set[str]:
    """What a function's code can read: its tables and queues, and what the composition root and the services name."""
    targets = {target for _, target in needs(function)} | {queue_of(properties)}
    read = {_variable(target) for target in targets if target and target.endswith(("Table", "Queue"))}
    read -= {"MARKETPLACE_EVENTS_QUEUE_URL"}  # nothing is sent there, and nothing that came from there is hidden
    app = (ROOT / "functions" / function / "app.py").read_text()
    if "bootstrap.webhook_ingest" in app:
        named = _settings_named_in(inspect.getsource(bootstrap.webhook_ingest))
    elif "bootstrap.notice_ingest" in app:
        named = _settings_named_in(inspect.getsource(bootstrap.notice_ingest))
    else:
        named = {"http_timeout_s", "platform_urls", "drain_lease_s"}  # of all that is built for every such function
        named |= {"drain_run_s"} if any(touch.of_port == "drain_run_s" for touch in touched(function)) else set()
        named |= {"due_shards"} if "LISTINGS_TABLE" in read else set()
        asked = any(touch.of_port == "events_queue" for touch in touched(function))
        named |= {"marketplace_events_queue_arn"} if asked else set()
    if "bootstrap.public_base_url" in app:
        named |= {"public_base_url"}
    return read | {name.upper() for name in named} | _EVERY_FUNCTION


def _told(template: dict[str, Any], function: str) -> dict[str, str]:
    return of_functions(template, endpoint_url=_ELSEWHERE)[_logical_id(function)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_what_its_code_reads_and_no_more(
    template: dict[str, Any], functions: dict[str, dict[str, Any]], function: str
) -> None:
    assert set(_told(template, function)) == _reads(function, functions[_logical_id(function)])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_of_no_table_and_no_queue_that_its_role_does_not_name(
    template: dict[str, Any], function: str
) -> None:
    role = template["Resources"][_logical_id(function).replace("Function", "Role")]
    named = {
        _variable(resource["Fn::GetAtt"][0])
        for statement in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        for resource in statement["Resource"]
        if "Fn::GetAtt" in resource
    }
    told = {name for name in _told(template, function) if name.endswith(("_TABLE", "_QUEUE_URL"))}
    ours = {name for name in named if name.endswith(("_TABLE", "_QUEUE_URL"))}
    assert told == ours - {"MARKETPLACE_EVENTS_QUEUE_URL"}


def test_every_setting_is_told_to_somebody_and_every_variable_is_a_setting(template: dict[str, Any]) -> None:
    told = {name for function in FUNCTIONS for name in _told(template, function)}
    assert told == {name.upper() for name in settings.Settings.model_fields}


def test_the_environment_is_read_in_one_place() -> None:
    """But for `under_lambda`, which stands there too, and what AWS's own libraries read."""
    shipped = [*(ROOT / "shared" / "listbridge").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    readers = {path.name for path in shipped if re.search(r"\bos\.(environ|getenv)\b", path.read_text())}
    assert readers == {"settings.py"}


def test_settings_have_the_template_s_own_defaults(template: dict[str, Any]) -> None:
    """So that what runs without a template behaves like a deployment that changed nothing."""
    parameters = {
        "log_level": "LogLevel",
        "max_webhook_bytes": "MaxWebhookBytes",
        "http_timeout_s": "HttpTimeoutSeconds",
        "drain_run_s": "DrainRunSeconds",
        "drain_lease_s": "DrainLeaseSeconds",
        "due_shards": "DueShards",
    }
    defaults = {name: settings.Settings.model_fields[name].default for name in parameters}
    assert defaults == {name: template["Parameters"][parameter]["Default"] for name, parameter in parameters.items()}


def test_a_parameter_reaches_the_variable_that_is_named_like_it(functions: dict[str, dict[str, Any]]) -> None:
    limits = {
        "HTTP_TIMEOUT_S": "HttpTimeoutSeconds",
        "DRAIN_RUN_S": "DrainRunSeconds",
        "DRAIN_LEASE_S": "DrainLeaseSeconds",
        "DUE_SHARDS": "DueShards",
        "MAX_WEBHOOK_BYTES": "MaxWebhookBytes",
        "PLATFORM_URLS": "PlatformUrls",
        "PUBLIC_BASE_URL": "PublicBaseUrl",
    }
    limits |= {_variable(f"{lane.value.title().replace('_', '')}Queue"): "" for lane in Lane}
    for name, properties in functions.items():
        for variable, value in properties["Environment"]["Variables"].items():
            if variable == "POWERTOOLS_SERVICE_NAME":
                assert value == Path(properties["CodeUri"]).name
            elif variable == "MARKETPLACE_EVENTS_QUEUE_ARN":
                of_ours = {"Fn::GetAtt": ["MarketplaceEventsQueue", "Arn"]}
                assert value == {"Fn::If": ["HasEventSender", of_ours, ""]}, name
            elif variable.endswith(("_TABLE", "_QUEUE_URL")):
                assert _variable(value["Ref"]) == variable, name
            else:
                assert value == {"Ref": limits[variable]}, name


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a function as Lambda does, with this environment and nothing else of ours in it."""

    def start(function: str, told: dict[str, str]) -> Any:
        for name in settings.Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in {**told, "AWS_LAMBDA_FUNCTION_NAME": function, "AWS_DEFAULT_REGION": "eu-central-1"}.items():
            monkeypatch.setenv(name, value)
        settings.forget()
        sys.modules.pop(f"functions.{function}.app", None)
        return importlib.import_module(f"functions.{function}.app")

    monkeypatch.setattr(bootstrap, "_warm", lambda: None)
    monkeypatch.setattr(bootstrap, "_build", lambda: None)
    monkeypatch.setattr(bootstrap, "webhook_ingest", lambda: None)
    monkeypatch.setattr(bootstrap, "notice_ingest", lambda: None)
    yield start
    monkeypatch.undo()
    bootstrap.use(None)
    settings.forget()
    for function in FUNCTIONS:
        sys.modules.pop(f"functions.{function}.app", None)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_what_the_template_tells_it_and_not_without_any_of_it(
    template: dict[str, Any], starts: Any, function: str
) -> None:
    told = _told(template, function)
    assert callable(starts(function, told).handler)
    for name in sorted(set(told) - _MAY_BE_EMPTY):
        for lacking in ({key: value for key, value in told.items() if key != name}, {**told, name: ""}):
            with pytest.raises(settings.UnusableSettings, match=f"^{name}: is not set$"):
                starts(function, lacking)


def test_a_function_does_not_start_with_a_malformed_variable(template: dict[str, Any], starts: Any) -> None:
    told = {**_told(template, "revise_inventory"), "DRAIN_RUN_S": "soon"}
    said = "^DRAIN_RUN_S: Input should be a valid number, unable to parse string as a number$"
    with pytest.raises(settings.UnusableSettings, match=said):
        starts("revise_inventory", told)


def test_a_process_that_does_the_work_of_several_is_told_what_each_of_them_is(template: dict[str, Any]) -> None:
    together = of_all(template, endpoint_url=_ELSEWHERE)
    told = of_functions(template, endpoint_url=_ELSEWHERE).values()
    assert set(together) == set().union(*told)
    assert {"VARIANTS_TABLE", "BUYERS_TABLE", "INBOX_TABLE"} <= set(together)
