"""`create_orders` was called `import_orders`: requests may use either name, and answers show both."""

from __future__ import annotations

import pytest

from listbridge.admin.openapi import openapi
from tests.unit.functions.installation import Installation


@pytest.fixture
def account(installation: Installation) -> str:
    return installation.connect_account(installation.connect_shop())


def _switch(its: Installation, account: str) -> tuple[bool, bool]:
    shown = its.get(f"/accounts/{account}")
    return shown["create_orders"], shown["import_orders"]


def test_an_edit_may_use_the_earlier_name(installation: Installation, account: str) -> None:
    job = installation.patch(f"/accounts/{account}", {"import_orders": False})["job"]
    assert job["state"] == "done"
    assert [one["field"] for one in job["edit"]["fields"]] == ["create_orders"]
    assert _switch(installation, account) == (False, False)


def test_an_edit_by_the_name_of_today_is_shown_under_both(installation: Installation, account: str) -> None:
    job = installation.patch(f"/accounts/{account}", {"create_orders": False})["job"]
    assert [one["field"] for one in job["edit"]["fields"]] == ["create_orders"]
    assert _switch(installation, account) == (False, False)


def test_both_names_may_be_sent_when_they_agree(installation: Installation, account: str) -> None:
    installation.patch(f"/accounts/{account}", {"create_orders": False, "import_orders": False})
    assert _switch(installation, account) == (False, False)


@pytest.mark.parametrize("today", [True, False])
def test_an_edit_whose_two_names_differ_is_refused_by_the_earlier_one_and_saves_nothing(
    installation: Installation, account: str, today: bool
) -> None:
    edit = {"name": "Other", "create_orders": today, "import_orders": not today}
    answer = installation.call("PATCH", f"/v1/accounts/{account}", edit)
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["import_orders"])
    assert _switch(installation, account) == (True, True)
    assert installation.get(f"/accounts/{account}")["name"] != "Other"


@pytest.mark.parametrize("name", ["create_orders", "import_orders"])
def test_an_account_is_connected_with_either_name(installation: Installation, name: str) -> None:
    account = installation.connect_account(installation.connect_shop(), **{name: False})
    assert _switch(installation, account) == (False, False)


def test_an_account_is_not_connected_when_the_two_names_differ(installation: Installation) -> None:
    shop = installation.connect_shop()
    draft = {"name": "anna", "marketplace": "ebay", "shop": shop, "credentials": installation.ebay_credentials()}
    answer = installation.call("POST", "/v1/accounts", {**draft, "create_orders": True, "import_orders": False})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["import_orders"])
    assert installation.get("/accounts")["accounts"] == []


@pytest.mark.parametrize("shape", ["AccountDraft", "AccountPatch", "AccountView"])
def test_the_description_calls_the_earlier_name_deprecated(shape: str) -> None:
    fields = openapi()["components"]["schemas"][shape]["properties"]
    assert fields["import_orders"]["deprecated"] is True
    assert "deprecated" not in fields["create_orders"]
