"""Which data set is left out after a refusal, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from listbridge.infra.calls.api_client import CallRefused
from listbridge.marketplaces.amazon.errors import REQUEST_REFUSED
from listbridge.marketplaces.amazon.orders.included import WANTED, Included

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Amazon:
    """Refuses these data sets, each in these words."""

    def __init__(self, *refused: str, words: str, status: int = 400) -> None:
        self.refused, self.words, self.status = refused, words, status
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, included: Sequence[str]) -> str:
        self.asked.append(tuple(included))
        name = next((name for name in self.refused if name in included), None)
        if name is None:
            return "told"
        body = {"errors": [{"code": "InvalidInput", "message": self.words.format(name=name)}]}
        raise CallRefused(REQUEST_REFUSED.error(status=self.status), "InvalidInput", body)


def test_a_data_set_that_is_named_is_left_out_alone_for_an_hour() -> None:
    included, amazon = Included(), Amazon("PROCEEDS", words="The value '{name}' of includedData is invalid.")
    assert included.ask(amazon, NOW) == "told"
    without = tuple(name for name in WANTED if name != "PROCEEDS")
    assert amazon.asked == [WANTED, without]
    included.ask(amazon, NOW + timedelta(minutes=59))
    assert amazon.asked[2:] == [without]
    amazon.refused = ()
    included.ask(amazon, NOW + timedelta(hours=1))
    assert amazon.asked[3:] == [WANTED]


@pytest.mark.parametrize("status", [400, 403])
def test_personal_data_are_left_out_though_nobody_says_what_is_wrong(status: int) -> None:
    included, amazon = Included(), Amazon("BUYER", "RECIPIENT", words="Invalid Input", status=status)
    assert included.ask(amazon, NOW) == "told"
    assert amazon.asked[-1] == tuple(name for name in WANTED if name not in ("BUYER", "RECIPIENT"))
    assert [included.refuses(name, NOW) for name in ("BUYER", "RECIPIENT", "TAX")] == [True, True, False]


def test_a_call_that_is_refused_for_something_else_costs_the_next_one_no_data() -> None:
    included, amazon = Included(), Amazon("PROCEEDS", words="Invalid Input")
    with pytest.raises(CallRefused):
        included.ask(amazon, NOW)
    assert [len(asked) for asked in amazon.asked] == [7, 6, 5]
    amazon.refused = ()
    assert included.ask(amazon, NOW) == "told"
    assert amazon.asked[-1] == WANTED


@pytest.mark.parametrize("status", [404, 413])
def test_no_data_set_is_to_blame_for_another_status(status: int) -> None:
    included, amazon = Included(), Amazon("BUYER", words="{name}", status=status)
    with pytest.raises(CallRefused):
        included.ask(amazon, NOW)
    assert amazon.asked == [WANTED]
