"""Deeds: what people and the platform itself do outside the API. Python calls them as methods, the control door by their names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from simulators.faults import CENTURY_S

Told = dict[str, Any]
Seconds = Annotated[float, Field(ge=0, le=CENTURY_S)]
"""A duration of a deed, from 0 to a century: no calendar ends within it."""
Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many things a deed makes: never so many that it would not end."""
_Method = TypeVar("_Method", bound=Callable[..., Any])
_MARK = "_is_a_deed"
_FINITE = ConfigDict(allow_inf_nan=False)


class DeedRefused(Exception):
    """A deed that cannot be done: nobody of that name, nothing on sale, not enough of it. Nothing has changed."""


class NoSuchDeed(DeedRefused):
    """No deed has this name."""


def deed(method: _Method) -> _Method:
    """Mark a method as a deed. Only marked ones can be done by name: a new public method is no deed by accident."""
    setattr(method, _MARK, True)
    return method


def names_of(deeds: object) -> list[str]:
    """The names of all deeds, sorted."""
    members = inspect.getmembers(type(deeds), inspect.isfunction)
    return [name for name, method in members if getattr(method, _MARK, False)]


def deed_of(deeds: object, name: str) -> Callable[..., Told]:
    """The deed of a name. Raises NoSuchDeed."""
    method = getattr(type(deeds), name, None)
    if not getattr(method, _MARK, False):
        raise NoSuchDeed(f"no deed {name!r}; there are: {', '.join(names_of(deeds))}")
    bound: Callable[..., Told] = getattr(deeds, name)
    return bound


def bound(method: Callable[..., Any], told: Mapping[str, Any]) -> Callable[[], Any]:
    """The call of a method with arguments out of JSON, each as its annotation says.

    Raises DeedRefused for what it does not take, lacks, or is of another type: nothing of the method has run by then.
    """
    function = getattr(method, "__func__", method)
    signature, judges = _taken_by(function)
    its = [method.__self__] if inspect.ismethod(method) else []
    try:
        arguments = signature.bind(*its, **told)
        for name in arguments.arguments.keys() & judges.keys():
            arguments.arguments[name] = judges[name].validate_python(arguments.arguments[name])
    except TypeError as wrong:
        raise DeedRefused(f"{method.__name__}: {wrong}") from None
    except ValidationError as wrong:
        raise DeedRefused(f"{method.__name__}: {name}: {wrong.errors()[0]['msg']}") from None
    return partial(function, *arguments.args, **arguments.kwargs)


@cache
def _taken_by(function: Callable[..., Any]) -> tuple[inspect.Signature, dict[str, TypeAdapter[Any]]]:
    """What a function takes, and who judges each annotated argument. Made once: it takes milliseconds.

    The parameter that takes all other arguments has no judge: the deed that takes them judges them.
    """
    signature, kinds = inspect.signature(function), get_type_hints(function, include_extras=True)
    named = [one.name for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    return signature, {name: TypeAdapter(kinds[name], config=_FINITE) for name in named if name in kinds}


def do(deeds: object, name: str, told: Mapping[str, Any]) -> Told:
    """Do a deed by its name. Raises NoSuchDeed, DeedRefused for arguments that it does not take, and what the deed raises."""
    done: Told = bound(deed_of(deeds, name), told)()
    return done
