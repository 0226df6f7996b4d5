"""Which shop and which marketplace have a stand-in in a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from listbridge import registry
from localrun import __main__ as localrun
from localrun import simulators
from localrun.simulators import Pair, UnknownPlatform
from simulators.kit.stand_in import AnyStandIn


def test_every_platform_with_an_adapter_has_a_stand_in() -> None:
    assert set(registry.slugs("shops")) == set(simulators.slugs("shops"))
    assert set(registry.slugs("marketplaces")) == set(simulators.slugs("marketplaces"))


@pytest.mark.parametrize("marketplace", simulators.slugs("marketplaces"))
@pytest.mark.parametrize("shop", simulators.slugs("shops"))
def test_the_pair_that_is_asked_for_is_the_one_that_starts(shop: str, marketplace: str) -> None:
    pair = Pair.of(shop, marketplace)
    assert pair.slugs == (shop, marketplace)
    assert (shop, marketplace) == (pair.shop_stand_in().SLUG, pair.marketplace_stand_in().SLUG)


def test_the_only_one_needs_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulators, "slugs", lambda room, root: [f"only-{room}"])
    assert Pair.of() == Pair("only-shops", "only-marketplaces")


def several(monkeypatch: pytest.MonkeyPatch, *first: str) -> None:
    monkeypatch.setattr(simulators, "slugs", lambda room, root: ["a", "b", "c"])
    monkeypatch.setattr(simulators, "stand_in", lambda slug: SimpleNamespace(FIRST=slug in first))


def test_of_several_the_first_needs_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    several(monkeypatch, "b")
    assert Pair.of() == Pair("b", "b")
    assert Pair.of("a", "c") == Pair("a", "c")


@pytest.mark.parametrize("first", [(), ("a", "c")])
def test_of_several_one_must_be_named_where_none_or_more_come_first(
    monkeypatch: pytest.MonkeyPatch, first: tuple[str, ...]
) -> None:
    several(monkeypatch, *first)
    with pytest.raises(UnknownPlatform, match="name one: the marketplaces are a, b, c"):
        Pair.of("a")


def test_the_run_of_a_plain_make_demo_is_the_pair_of_the_readme() -> None:
    assert Pair.of().slugs == ("shopify", "ebay")


def test_a_simulator_is_told_where_the_queues_are_that_it_delivers_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the pair only the one that delivers to a queue; nothing is started here, only what would be is looked at."""
    commands: list[list[str]] = []

    class Kept:
        def start(self, name: str, command: list[str], **rest: object) -> None:
            commands.append(command)

    stand_ins = {
        "quiet": SimpleNamespace(ARGUMENTS=("--fast",), queues=AnyStandIn.queues),
        "telling": SimpleNamespace(ARGUMENTS=(), queues=lambda endpoint: ("--queues", endpoint)),
    }
    monkeypatch.setattr(simulators, "stand_in", stand_ins.__getitem__)
    run = simulators.Simulators(tmp_path, Kept(), Pair("quiet", "telling"))  # type: ignore[arg-type]
    run.start(queues="http://127.0.0.1:4566")
    assert [command[5:] for command in commands] == [["--fast"], ["--queues", "http://127.0.0.1:4566"]]


@pytest.mark.parametrize("verb", ["up", "demo"])
def test_an_unknown_name_is_told_with_those_that_exist_and_nothing_starts(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert localrun.main([verb, "--name", "never-there", "--shop", "nowhere"]) == 2
    there = ", ".join(simulators.slugs("shops"))
    assert capsys.readouterr().err == f"no stand-in for 'nowhere': the shops are {there}\n"
    assert not (localrun.RUNS / "never-there").exists()


@pytest.mark.parametrize("marketplace", simulators.slugs("marketplaces"))
def test_a_marketplace_is_not_taken_for_a_shop(marketplace: str) -> None:
    with pytest.raises(UnknownPlatform, match=f"no stand-in for '{marketplace}': the shops are "):
        Pair.of(marketplace)


@pytest.mark.parametrize("shop", simulators.slugs("shops"))
def test_a_shop_is_not_taken_for_a_marketplace(shop: str) -> None:
    with pytest.raises(UnknownPlatform, match=f"no stand-in for '{shop}': the marketplaces are "):
        Pair.of(simulators.slugs("shops")[0], shop)
