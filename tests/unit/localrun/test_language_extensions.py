"""Loops of a template written out, as CloudFormation writes them out."""

from __future__ import annotations

from typing import Any

import pytest

from localrun.language_extensions import expand

LANES = {"Lanes": {"ShopEvents": {"Name": "shop-events", "Wait": 180}, "Orders": {"Name": "orders", "Wait": 360}}}


def _resources(loops: dict[str, Any], mappings: dict[str, Any] | None = None) -> Any:
    return expand({"Mappings": mappings or {}, "Resources": loops})["Resources"]


def test_a_loop_makes_each_of_its_keys_for_each_item_in_the_order_of_the_list() -> None:
    made = _resources(
        {"First": 1, "Fn::ForEach::Two": ["Id", ["B", "A"], {"${Id}Queue": 2, "Dead${Id}": 3}], "Last": 4}
    )
    assert list(made.items()) == [("First", 1), ("BQueue", 2), ("DeadB", 3), ("AQueue", 2), ("DeadA", 3), ("Last", 4)]


def test_an_identifier_stands_for_its_item_in_a_reference_an_attribute_and_a_text() -> None:
    body = {
        "name": {"Ref": "Id"},
        "other": {"Ref": {"Fn::Sub": "${Id}Function"}},
        "arn": {"Fn::GetAtt": [{"Fn::Sub": "${Id}Queue"}, "Arn"]},
        "text": {"Fn::Sub": "${Stage}-${Id}"},
    }
    assert _resources({"Fn::ForEach::One": ["Id", ["Orders"], {"${Id}": body}]}) == {
        "Orders": {
            "name": "Orders",
            "other": {"Ref": "OrdersFunction"},
            "arn": {"Fn::GetAtt": ["OrdersQueue", "Arn"]},
            "text": {"Fn::Sub": "${Stage}-Orders"},
        }
    }


def test_an_identifier_in_a_plain_text_or_in_an_inner_key_stays_as_it_is() -> None:
    """CloudFormation does not replace it there either, so an author who forgets `Fn::Sub` sees it here."""
    made = _resources({"Fn::ForEach::One": ["Id", ["Orders"], {"${Id}": {"${Id}": "${Id}"}}]})
    assert made == {"Orders": {"${Id}": "${Id}"}}


def test_what_differs_between_copies_is_looked_up_in_the_mappings() -> None:
    body = {
        "name": {"Fn::Sub": ["a-${Stage}-${Name}", {"Name": {"Fn::FindInMap": ["Lanes", {"Ref": "Id"}, "Name"]}}]},
        "text": {"Fn::Sub": ["the lane ${Name}", {"Name": {"Fn::FindInMap": ["Lanes", {"Ref": "Id"}, "Name"]}}]},
        "wait": {"Fn::FindInMap": ["Lanes", {"Ref": "Id"}, "Wait"]},
    }
    assert _resources({"Fn::ForEach::Both": ["Id", ["ShopEvents", "Orders"], {"${Id}": body}]}, LANES) == {
        "ShopEvents": {"name": {"Fn::Sub": "a-${Stage}-shop-events"}, "text": "the lane shop-events", "wait": 180},
        "Orders": {"name": {"Fn::Sub": "a-${Stage}-orders"}, "text": "the lane orders", "wait": 360},
    }


def test_what_only_a_stack_can_tell_is_left_to_it() -> None:
    told = {"Fn::Sub": ["${A}-${B}", {"A": {"Fn::GetAtt": ["Q", "Arn"]}, "B": "b"}]}
    looked_up = {"Fn::FindInMap": ["Lanes", {"Ref": "Parameter"}, "Name"]}
    assert _resources({"X": {"told": told, "looked_up": looked_up}}, LANES) == {
        "X": {"told": {"Fn::Sub": ["${A}-b", {"A": {"Fn::GetAtt": ["Q", "Arn"]}}]}, "looked_up": looked_up}
    }


def test_a_loop_in_a_loop_knows_both_items() -> None:
    inner = {
        "Fn::ForEach::Inner": ["Access", ["Read", "Write"], {"${Table}${Access}": {"Fn::Sub": "${Access}${Table}"}}]
    }
    assert _resources({"Fn::ForEach::Outer": ["Table", ["Jobs"], inner]}) == {
        "JobsRead": "ReadJobs",
        "JobsWrite": "WriteJobs",
    }


def test_loops_are_written_out_in_outputs_and_conditions_and_nowhere_else() -> None:
    loop = {"Fn::ForEach::One": ["Id", ["A"], {"${Id}x": {"Ref": "Id"}}]}
    template = {"Conditions": loop, "Outputs": loop, "Parameters": loop}
    assert expand(template) == {"Conditions": {"Ax": "A"}, "Outputs": {"Ax": "A"}, "Parameters": loop}


@pytest.mark.parametrize(
    ("loops", "said"),
    [
        ({"Fn::ForEach::L": ["Id", {"${Id}": 1}]}, "takes an identifier, a list and a fragment"),
        ({"Fn::ForEach::L": ["Id", "A", {"${Id}": 1}]}, "takes an identifier, a list and a fragment"),
        ({"Fn::ForEach::L": ["Id", ["A", "B"], {"Fixed": 1}]}, "makes Fixed more than once"),
        ({"Fn::ForEach::L": ["Id", ["A"], {"${Id}": 1}], "A": 2}, "makes A, which is there already"),
        ({"A": 2, "Fn::ForEach::L": ["Id", ["A"], {"${Id}": 1}]}, "makes A, which is there already"),
        ({"A": {"Fn::FindInMap": ["Lanes", "Refunds", "Name"]}}, "the mappings have no Lanes.Refunds.Name"),
    ],
)
def test_a_loop_that_cloudformation_would_refuse_is_refused(loops: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _resources(loops, LANES)
