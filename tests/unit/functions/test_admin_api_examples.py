"""What the API is shown with was sent and answered so, and opens nothing."""

from __future__ import annotations

from listbridge.admin.openapi import BROKEN, EXAMPLES, openapi
from tests.unit.functions.api_examples import record, written
from tests.unit.functions.example_recorder import MASKED
from tests.unit.functions.installation import SHOP_CREDENTIALS


def test_the_committed_examples_are_what_the_api_answers_today() -> None:
    recorded = {f"{name}.json": written(example) for name, example in record().items()}
    committed = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()}
    assert committed == recorded, "run: python -m tests.unit.functions.api_examples"


def test_there_is_an_example_of_every_operation_and_of_nothing_else() -> None:
    operations = {operation["operationId"] for methods in openapi()["paths"].values() for operation in methods.values()}
    assert {path.stem for path in EXAMPLES.iterdir()} == operations | {BROKEN}


def test_no_example_shows_what_opens_something() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()}
    secrets = (*SHOP_CREDENTIALS.values(), "sim-secret", "v^1.1#", "Bearer ")
    assert [(name, secret) for name, text in texts.items() for secret in secrets if secret in text] == []
    assert f'"client_secret": "{MASKED}"' in texts["create_shop.json"]
    assert f'"token": "{MASKED}"' in texts["listen.json"]
