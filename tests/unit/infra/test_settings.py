"""What the environment says, as typed settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge.domain.work import Lane
from listbridge.infra import settings
from listbridge.infra.settings import UnusableSettings


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings.forget()
    yield
    settings.forget()


def test_tables_and_queues_are_named_by_the_template_s_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTINGS_TABLE", "listbridge-dev-listings")
    monkeypatch.setenv("SHOP_EVENTS_QUEUE_URL", "https://sqs.example/1/shop-events")
    assert settings.table("listings") == "listbridge-dev-listings"
    assert settings.queue_url(Lane.SHOP_EVENTS) == "https://sqs.example/1/shop-events"
    assert settings.queue_urls() == ["https://sqs.example/1/shop-events"]


@pytest.mark.parametrize("value", ["", None])
def test_what_was_not_told_is_named_in_the_error_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is not None:
        monkeypatch.setenv("ITEMS_TABLE", value)
    with pytest.raises(UnusableSettings, match=r"^ITEMS_TABLE: is not set$"):
        settings.table("items")
    with pytest.raises(UnusableSettings, match=r"^REVISE_QUEUE_URL: is not set$"):
        settings.queue_url(Lane.REVISE)
    with pytest.raises(UnusableSettings, match=r"^SECRETS_PREFIX: is not set$"):
        settings.secrets_prefix()


def test_who_requires_settings_is_told_all_that_lack_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIG_TABLE", "config")
    settings.require("config_table")
    with pytest.raises(UnusableSettings) as refused:
        settings.require("orders_table", "config_table", "http_timeout_s")
    assert str(refused.value) == "HTTP_TIMEOUT_S: is not set; ORDERS_TABLE: is not set"


def test_everything_that_is_malformed_is_named_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUE_SHARDS", "many")
    monkeypatch.setenv("HTTP_TIMEOUT_S", "-1")
    with pytest.raises(UnusableSettings) as refused:
        settings.require("config_table")
    assert str(refused.value) == (
        "HTTP_TIMEOUT_S: Input should be greater than 0; "
        "DUE_SHARDS: Input should be a valid integer, unable to parse string as an integer"
    )


def test_an_empty_endpoint_means_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert settings.told().aws_endpoint_url is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    settings.forget()
    assert settings.told().aws_endpoint_url == "http://127.0.0.1:4566"


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings.told()
    monkeypatch.setenv("DUE_SHARDS", "7")
    assert settings.told() is first


@pytest.mark.parametrize("value", ["", None])
def test_a_number_not_given_is_the_default(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("HTTP_TIMEOUT_S", value)
    assert settings.told().http_timeout_s == 8.0


@pytest.mark.parametrize("value", ["0", "-1", "soon", "inf", "nan"])
@pytest.mark.parametrize("name", ["MAX_WEBHOOK_BYTES", "HTTP_TIMEOUT_S", "DRAIN_RUN_S", "DRAIN_LEASE_S", "DUE_SHARDS"])
def test_a_number_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnusableSettings, match=f"^{name}: "):
        settings.told()


def test_platform_urls_are_an_object_of_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_URLS", '{"shop": "http://127.0.0.1:9"}')
    assert settings.told().platform_urls == {"shop": "http://127.0.0.1:9"}


@pytest.mark.parametrize("value", ["[]", "{", '{"a": 1}', '{"a": "nowhere"}'])
def test_platform_urls_of_another_shape_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PLATFORM_URLS", value)
    with pytest.raises(UnusableSettings, match=r"^PLATFORM_URLS: "):
        settings.told()


def test_no_platform_urls_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_URLS", "")
    assert settings.told().platform_urls == {}


def test_a_log_level_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(UnusableSettings, match=r"^LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'$"):
        settings.told()


def test_the_secrets_prefix_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_PREFIX", "listbridge/dev/")
    assert settings.secrets_prefix() == "listbridge/dev"
