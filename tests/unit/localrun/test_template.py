"""The template as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from localrun import template, variables


def test_short_tags_become_the_long_functions(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("a: !Ref X\nb: !GetAtt Q.Arn\nc: !Sub 'x-${Y}'\nd: !If [C, 1, !Ref Z]\n")
    assert template.load(path) == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["Q", "Arn"]},
        "c": {"Fn::Sub": "x-${Y}"},
        "d": {"Fn::If": ["C", 1, {"Ref": "Z"}]},
    }


def test_a_variable_that_cannot_be_resolved_is_an_error_and_not_an_empty_text() -> None:
    unknown = {"Globals": {"Function": {"Environment": {"Variables": {"A": {"Fn::ImportValue": "x"}}}}}}
    document = {
        **unknown,
        "Parameters": {},
        "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {}}},
    }
    with pytest.raises(ValueError, match="cannot tell the value"):
        variables.of_functions(document, endpoint_url="http://127.0.0.1:1")
