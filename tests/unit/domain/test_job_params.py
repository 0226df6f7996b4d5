"""What a job carries is typed by its kind, and stored so that the versions before and after this one carry it on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from listbridge.domain.job_params import ActionParams, DriftParams, EditParams, JobParams, Look, SweepParams
from listbridge.domain.jobs import Job
from listbridge.domain.word import reading_stored

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def read(kind: str, /, **params: Any) -> Job:
    """The job as it is read from a row."""
    row = {"id": "job_1", "kind": kind, "created_at": NOON.isoformat(), "params": params}
    with reading_stored():
        return Job.model_validate_json(json.dumps(row))


def stored(job: Job) -> Any:
    """What the row of the job says of its params."""
    return json.loads(job.model_dump_json())["params"]


def test_a_sweep_goes_on_where_it_was() -> None:
    job = read("sweep", shop="shop_1", start=7, products=250, absent=0, epoch=3, deferred=["p1"])
    assert job.params_of(SweepParams) == SweepParams(shop="shop_1", start=7, products=250, epoch=3, deferred=("p1",))


def test_the_look_at_an_action_is_stored_as_the_version_before_reads_it() -> None:
    job = read("stop", sales_list="list_1", counted_in_s=3600).with_params(look=Look(rev=4, since=NOON, resumed=1))
    told = stored(job)
    assert told == {
        "sales_list": "list_1",
        "counted_in_s": 3600,
        "look": {"rev": 4, "since": "2026-11-01T12:00:00Z", "resumed": 1},
    }
    assert datetime.fromisoformat(told["look"]["since"]) == NOON


def test_what_is_not_set_is_not_stored() -> None:
    assert stored(read("drift")) == {}
    assert stored(read("revise", sales_list="list_1")) == {"sales_list": "list_1"}


def test_a_field_that_only_a_newer_version_knows_is_stored_again() -> None:
    job = read("sweep", shop="shop_1", start=7, depth={"of": 2}).with_params(products=10)
    assert stored(job)["depth"] == {"of": 2}


def test_a_job_of_a_kind_that_only_a_newer_version_knows_keeps_what_it_carries() -> None:
    job = read("translate", language="de")
    assert type(job.params) is JobParams
    assert stored(job) == {"language": "de"}


def test_an_edit_of_before_fields_were_written_down_has_none() -> None:
    job = read("configuration", kind="account", id="acc_1", document="{}", affected={"acc_1": 2})
    assert (job.params_of(EditParams).edit, job.params_of(EditParams).affected) == (None, {"acc_1": 2})


def test_an_edit_from_before_its_document_was_named_apart_is_carried_on() -> None:
    params = read("configuration", kind="account", document="{}", affected={"acc_1": 2}).params_of(EditParams)
    assert (params.id, params.name, params.edit, params.affected) == ("", "", None, {"acc_1": 2})


def test_params_that_this_version_cannot_read_are_kept_and_fail_nobody_who_only_lists_jobs() -> None:
    job = read("sweep", shop="shop_1", start={"of": "a newer version"})
    assert stored(job) == {"shop": "shop_1", "start": {"of": "a newer version"}}
    with pytest.raises(TypeError):
        job.params_of(SweepParams)


def test_params_of_a_job_that_is_begun_now_fit_its_kind() -> None:
    with pytest.raises(ValidationError):
        Job.model_validate({"id": "job_1", "kind": "sweep", "created_at": NOON, "params": {"shop": "shop_1"}})


def test_to_take_a_job_for_one_of_another_kind_is_a_bug() -> None:
    with pytest.raises(TypeError, match="kind drift carries DriftParams, not SweepParams"):
        read("drift").params_of(SweepParams)


def test_only_an_action_can_be_a_rehearsal() -> None:
    assert read("send", sales_list="list_1", rehearsal=True).rehearsal
    assert not read("drift", rehearsal=True).rehearsal
    assert isinstance(read("drift").params, DriftParams)
    assert isinstance(read("unlink", whole_account=True).params, ActionParams)
