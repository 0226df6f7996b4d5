"""What code touches of the services' ports, read from annotations: each name of a slice or of a port tells what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, get_type_hints

from listbridge.services import deps as declared
from tests.packaging.conftest import ROOT

_SLICES_STAND_IN = declared.__name__
_PORTS_STAND_IN = "listbridge.domain.ports"
_READ = ("listbridge.services", "listbridge.admin")


def _ports_of(slice_: type[Any]) -> frozenset[str]:
    if slice_ is declared.Deps:
        return frozenset(get_type_hints(slice_))
    return frozenset(name for base in slice_.__mro__ for name, it in vars(base).items() if isinstance(it, property))


SLICES = {name: _ports_of(it) for name, it in vars(declared).items() if isinstance(it, type) and name.endswith("Deps")}
"""Each slice and its ports; `Deps` is the slice that has them all."""
NARROWER = {name: {base.__name__ for base in vars(declared)[name].__bases__} & set(SLICES) for name in SLICES}
"""The slices that each one widens."""
_PORTS = {it.__name__: port for port, it in get_type_hints(declared.Deps).items() if isinstance(it, type)}


@dataclass(frozen=True)
class Touch:
    """One reach for a port: by which slice (or "" where the port itself was handed over), and for what of it, if anything."""

    slice: str
    port: str
    of_port: str = ""

    @property
    def allowed(self) -> bool:
        return not self.slice or self.port in SLICES[self.slice]


@dataclass(frozen=True)
class _Slice:
    name: str


@dataclass(frozen=True)
class _Port:
    name: str
    slice: str = ""


_Held = _Slice | _Port
_Names = dict[str, _Held]


@dataclass
class Module:
    """One module of the services or the admin API: its names, and where each comes from."""

    name: str
    tree: ast.Module
    origins: dict[str, tuple[str, str]] = field(init=False)
    """Imported name -> the module and the name there."""
    own: dict[str, ast.stmt] = field(init=False)
    """Top-level name -> the statement that makes it."""

    def __post_init__(self) -> None:
        imports = [node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.module]
        self.origins = {
            alias.asname or alias.name: (node.module or "", alias.name) for node in imports for alias in node.names
        }
        self.own = {name: stmt for stmt in self.tree.body for name in _made_by(stmt)}

    @classmethod
    def of(cls, source: str, name: str = "") -> Module:
        return cls(name, ast.parse(source))

    @cached_property
    def returned(self) -> _Names:
        """Own functions that return a slice or a port."""
        functions = {name: it for name, it in self.own.items() if isinstance(it, ast.FunctionDef)}
        return {name: held for name, it in functions.items() if (held := self.annotated(it.returns)) is not None}

    def annotated(self, annotation: ast.expr | None) -> _Held | None:
        """What a name of this annotation holds."""
        if isinstance(annotation, ast.BinOp):
            return self.annotated(annotation.left) or self.annotated(annotation.right)
        if not isinstance(annotation, ast.Name) or annotation.id not in self.origins:
            return None
        module, name = self.origins[annotation.id]
        if module == _SLICES_STAND_IN and name in SLICES:
            return _Slice(name)
        return _Port(_PORTS[name]) if module == _PORTS_STAND_IN and name in _PORTS else None

    def slices_taken(self) -> Iterator[tuple[str, str]]:
        """Each own function or class with a slice that it takes as a parameter or keeps in a field."""
        for name, made in self.own.items():
            held = _parameters(self, made) if isinstance(made, ast.FunctionDef) else {}
            held |= self.fields(name) if isinstance(made, ast.ClassDef) else {}
            for slice_ in sorted({one.name for one in held.values() if isinstance(one, _Slice)}):
                yield name, slice_

    def fields(self, name: str) -> _Names:
        """What the instances of a class hold in their attributes, of its own or by its bases; nothing where it is not ours."""
        made = self.own.get(name)
        if not isinstance(made, ast.ClassDef):
            module, there = self.origins.get(name, ("", ""))
            found = module_named(module)
            return found.fields(there) if found is not None else {}
        held: _Names = {}
        for base in made.bases:
            held |= self.fields(base.id) if isinstance(base, ast.Name) else {}
        for node in ast.walk(made):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                held |= _if_held(node.target.id, self.annotated(node.annotation))
            elif isinstance(node, ast.FunctionDef):
                held |= self._set_in(node)
        return held

    def _set_in(self, method: ast.FunctionDef) -> _Names:
        held: _Names = {}
        names = _parameters(self, method)
        for node in ast.walk(method):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                        held |= _if_held(target.attr, names.get(node.value.id))
        return held


def touches(module: Module, nodes: Iterable[ast.AST] = ()) -> set[Touch]:
    """Every reach for a port in these parts of a module, or in all of it."""
    reader = _Reader(module)
    for node in nodes or module.tree.body:
        reader.visit(node)
    return reader.found


@cache
def module_named(name: str) -> Module | None:
    """A module of the services or the admin API; None for any other."""
    path = file_of(name) if name.startswith(_READ) and name != _SLICES_STAND_IN else None
    return Module.of(path.read_text(), name) if path is not None else None


def all_modules() -> Iterator[Module]:
    source = ROOT / "shared"
    for room in _READ:
        for path in sorted((source / room.replace(".", "/")).rglob("*.py")):
            found = module_named(".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__"))
            if found is not None:
                yield found


def file_of(module: str) -> Path | None:
    path = ROOT / "shared" / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


class _Reader(ast.NodeVisitor):
    def __init__(self, module: Module) -> None:
        self.found: set[Touch] = set()
        self._module = module
        self._names: _Names = {}
        self._fields: _Names = {}

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._fields = self._fields, self._module.fields(node.name)
        self.generic_visit(node)
        self._fields = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer, self._names = self._names, {**self._names, **_parameters(self._module, node)}
        self.generic_visit(node)
        self._names = outer

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._names |= _if_held(node.target.id, self._module.annotated(node.annotation))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    self._names |= _if_held(name.id, self._held(value))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        of = self._held(node.value)
        if isinstance(of, _Slice):
            self.found.add(Touch(of.name, node.attr))
        elif isinstance(of, _Port):
            self.found.add(Touch(of.slice, of.name, node.attr))
        self.generic_visit(node)

    def _held(self, node: ast.expr) -> _Held | None:
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr in self._fields:
                return self._fields[node.attr]
            of = self._held(node.value)
            return _Port(node.attr, of.name) if isinstance(of, _Slice) else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            module, there = self._module.origins.get(name, ("", name))
            found = module_named(module) if module else self._module
            return found.returned.get(there) if found is not None else None
        return None


def _parameters(module: Module, node: ast.FunctionDef) -> _Names:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {one.arg: held for one in arguments if (held := module.annotated(one.annotation)) is not None}


def _if_held(name: str, held: _Held | None) -> _Names:
    return {name: held} if held is not None else {}


def _made_by(stmt: ast.stmt) -> list[str]:
    if isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
        return [stmt.name]
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target] if isinstance(stmt, ast.AnnAssign) else []
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
