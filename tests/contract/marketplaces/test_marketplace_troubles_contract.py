"""What every marketplace adapter makes of tokens, limits and answers that do not come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.verdicts import ObserveMode, OutcomeUnknown, RateLimited, RetryLater, Unauthorized
from simulators.faults import Fault
from tests.contract.adapter_texts import untold
from tests.contract.marketplaces.acts import PRICE, on_show, published, revise, revision
from tests.contract.marketplaces.stages import Stage

# ---- what goes wrong on the way ----


def test_a_spent_limit_is_a_rate_limit_and_the_budget_hears_of_it(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    stage.add_faults(Fault(stage.revise_operation, "status", status=429))
    with pytest.raises(RateLimited):
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    assert [operation for operation, told in stage.budget.learned if told["blocked_until"]] == [stage.revise_operation]
    assert on_show(stage) == (7, PRICE)


def test_a_spent_limit_lasts_as_long_as_its_answer_says(stage: Stage) -> None:
    if not stage.tells_waits:
        pytest.skip("its limits come back within a second, or with the next day")
    adapter, request, _, done = published(stage)
    stage.add_faults(Fault(stage.revise_operation, "status", status=429, headers={"Retry-After": "43"}))
    with pytest.raises(RateLimited) as limited:
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    assert limited.value.after_s == 43.0
    [until] = [told["blocked_until"] for _, told in stage.budget.learned if told["blocked_until"]]
    assert until == stage.clock.now() + timedelta(seconds=43)


def test_an_expired_token_is_renewed_and_the_call_made_once(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    stage.expire_tokens()
    assert revise(adapter, revision(request, done, "CANDLE", quantity=4)) == [None]
    assert on_show(stage) == (4, PRICE)


def test_a_revoked_consent_is_unauthorized_and_changes_nothing(stage: Stage) -> None:
    adapter, request, desk, done = published(stage)
    stage.revoke()
    with pytest.raises(Unauthorized):
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    with pytest.raises(Unauthorized):
        adapter.full_revise(request, desk.worker())
    assert on_show(stage) == (7, PRICE)


def test_a_time_out_after_success_is_an_unknown_outcome(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    stage.add_faults(Fault(stage.revise_operation, "drop_after"))
    with pytest.raises(OutcomeUnknown):
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    assert on_show(stage) == (1, PRICE)  # and indeed it was applied


@pytest.mark.parametrize(
    ("kind", "status"), [("html", 200), ("html", 500), ("html", 502), ("status", 500), ("status", 503)]
)
def test_an_answer_that_tells_nothing_leaves_a_write_unknown_and_a_read_to_be_repeated(
    stage: Stage, kind: Any, status: int
) -> None:
    adapter, request, _, done = published(stage)
    stage.add_faults(Fault(stage.revise_operation, kind, status=status))
    with pytest.raises(OutcomeUnknown):
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    stage.add_faults(Fault("*", kind, status=status))
    with pytest.raises(RetryLater):
        adapter.find(request.site, Sku("CANDLE"))


def test_a_page_instead_of_a_refusal_holds_no_listing(stage: Stage) -> None:
    adapter, request, _, done = published(stage)
    stage.add_faults(Fault(stage.revise_operation, "html", status=403))
    with pytest.raises(RetryLater):
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    assert on_show(stage) == (7, PRICE)


def test_observing_reads_and_writes_nothing(stage: Stage) -> None:
    _, request, desk, done = published(stage)
    observer = stage.open_observing()
    assert observer.find(request.site, Sku("CANDLE")) is not None
    stage.calls.clear()
    for act in (
        lambda: revise(observer, revision(request, done, "CANDLE", quantity=1)),
        lambda: observer.full_revise(request, desk.worker()),
        lambda: observer.end(request, desk.worker()),
    ):
        with pytest.raises(ObserveMode):
            act()
    assert not any(stage.carries_values(call) or call == stage.revise_operation for call in stage.calls)
    assert on_show(stage) == (7, PRICE)


def test_no_secret_shows_in_an_error_or_a_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    adapter, request, _, done = published(stage)
    stage.expire_tokens()
    stage.revoke()
    with pytest.raises(Unauthorized) as refused:
        revise(adapter, revision(request, done, "CANDLE", quantity=1))
    secrets = {value for name, value in stage.secret().items() if name != "client_id"}
    seen = caplog.text + repr(refused.value) + str([record.__dict__ for record in caplog.records])
    assert not [secret for secret in secrets if secret in seen]


def test_every_problem_that_a_marketplace_can_name_has_a_text(stage: Stage) -> None:
    assert untold("marketplaces", stage.slug) == set()
