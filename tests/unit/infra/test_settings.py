from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge.domain.work import Lane
from listbridge.infra import settings
from listbridge.infra.settings import SettingMissing


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    settings.forget()
    yield
    settings.forget()


def test_tables_and_queues_are_named_by_the_template_s_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTINGS_TABLE", "listbridge-dev-listings")
    monkeypatch.setenv("SHOP_EVENTS_QUEUE_URL", "https://sqs.example/1/shop-events")
    assert settings.table("listings") == "listbridge-dev-listings"
    assert settings.queue_url(Lane.SHOP_EVENTS) == "https://sqs.example/1/shop-events"


def test_a_variable_that_is_absent_or_empty_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ITEMS_TABLE", raising=False)
    with pytest.raises(SettingMissing, match="ITEMS_TABLE"):
        settings.table("items")
    monkeypatch.setenv("STAGE", "")
    with pytest.raises(SettingMissing, match="STAGE"):
        settings.stage()


def test_an_empty_endpoint_means_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert settings.aws_endpoint() is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert settings.aws_endpoint() == "http://127.0.0.1:4566"


@pytest.mark.parametrize("value", ["", None])
def test_a_number_not_given_is_the_default(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("HTTP_TIMEOUT_S", raising=False)
    if value is not None:
        monkeypatch.setenv("HTTP_TIMEOUT_S", value)
    assert settings.http_timeout_s() == 8.0


@pytest.mark.parametrize("value", ["0", "-1", "soon", "inf", "nan"])
def test_a_number_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MAX_WEBHOOK_BYTES", value)
    with pytest.raises(SettingMissing, match="MAX_WEBHOOK_BYTES"):
        settings.max_webhook_bytes()


def test_platform_urls_are_an_object_of_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_URLS", '{"shop": "http://127.0.0.1:9"}')
    assert settings.platform_urls() == {"shop": "http://127.0.0.1:9"}


@pytest.mark.parametrize("value", ["[]", "{", '{"a": 1}'])
def test_platform_urls_of_another_shape_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PLATFORM_URLS", value)
    with pytest.raises(SettingMissing, match="PLATFORM_URLS"):
        settings.platform_urls()


def test_no_platform_urls_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_URLS", "")
    assert settings.platform_urls() == {}


def test_the_secrets_prefix_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_PREFIX", "listbridge/dev/")
    assert settings.secrets_prefix() == "listbridge/dev"
