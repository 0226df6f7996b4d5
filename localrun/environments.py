"""The three environments: the project's, SAM CLI's and the emulator's. Their pins clash, so they are three.

Run as `python -m localrun.environments` with any Python from 3.11 on: standard library only. Each environment
carries a stamp of the requirements it was filled from, so a second run does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localrun import interpreters
from localrun.progress import Progress

_STAMP = ".requirements.sha256"


class EnvironmentFailed(Exception):
    """An environment could not be made; the message ends with what the tool said."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: where it stands and which hashed requirements fill it."""

    folder: Path
    requirements: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"


@dataclass(frozen=True)
class Environments:
    """The environments of one checkout, whether or not they have been made yet."""

    project: Environment
    sam: Environment
    emulator: Environment
    uv: Environment

    @classmethod
    def of(cls, root: Path) -> Environments:
        pins = root / "requirements"
        return cls(
            project=Environment(root / ".venv", pins / "dev.txt"),
            sam=Environment(root / ".local" / "sam", pins / "sam.txt"),
            emulator=Environment(root / ".local" / "emulator", pins / "emulator.txt"),
            uv=Environment(root / ".local" / "uv", pins / "uv.txt"),
        )

    @property
    def runtime(self) -> str:
        """Lambda's name of the emulator's own Python, which is the one that runs every function here."""
        found = interpreters.probe(self.emulator.python)
        if found is None:
            raise EnvironmentFailed(f"{self.emulator.python} does not start")
        return found.runtime


def ensure(root: Path, progress: Progress) -> Environments:
    """Make what is missing or outdated, leave the rest alone. Safe to run twice at once.

    Raises `EnvironmentFailed`, or `interpreters.NoInterpreter` when something must be made and no Python fits.
    """
    environments = Environments.of(root)
    with _one_at_a_time(root / ".local"):
        wanted = (environments.project, environments.sam, environments.emulator)
        stale = [environment for environment in wanted if not _is_fresh(environment)]
        if not stale:
            return environments
        interpreter = interpreters.find()
        progress.say(f"using {interpreter.path} ({interpreter.minor})")
        if not _is_fresh(environments.uv):
            with progress.step("installing uv"):
                _make_uv(environments.uv, interpreter)
        names = ", ".join(str(environment.folder.relative_to(root)) for environment in stale)
        with progress.step(f"filling {names}"), ThreadPoolExecutor(max_workers=len(stale)) as pool:
            list(pool.map(lambda environment: _fill(environment, environments.uv, interpreter), stale))
    return environments


def for_runtime(root: Path, runtime: str, progress: Progress) -> Path:
    """The `bin` folder of an environment with exactly this runtime's Python, and pip, for `sam build` to find.

    It is the emulator's own where that fits; else an empty one is made from a Python of this machine. `ensure` must
    have run. Raises `EnvironmentFailed` or `interpreters.NoInterpreter`.
    """
    environments = Environments.of(root)
    if environments.runtime == runtime:
        return environments.emulator.bin
    bare = Environment(root / ".local" / runtime, environments.uv.requirements)
    if interpreters.probe(bare.python) is None:
        interpreter = interpreters.find(wanted="", minors=[runtime.removeprefix("python")])
        with progress.step(f"making an environment of {interpreter.path} for sam build"):
            _make(bare, environments.uv, interpreter)
    return bare.bin


def _is_fresh(environment: Environment) -> bool:
    stamp = environment.folder / _STAMP
    if not stamp.is_file() or stamp.read_text() != _digest(environment.requirements):
        return False
    return interpreters.probe(environment.python) is not None


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def _make_uv(environment: Environment, interpreter: interpreters.Interpreter) -> None:
    """uv by pip, because pip is what every Python brings; everything after that by uv, which is ten times as fast."""
    _run([str(interpreter.path), "-m", "venv", "--clear", str(environment.folder)], "the environment of uv")
    install = [str(environment.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*install, *_system_certificates(), "--require-hashes", "-r", str(environment.requirements)], "uv")
    (environment.folder / _STAMP).write_text(_digest(environment.requirements))


def _system_certificates() -> list[str]:
    """pip before 24.2 trusts only its own list; a company's certificate authority stands in the machine's."""
    if os.environ.get("PIP_CERT"):
        return []
    verify = ssl.get_default_verify_paths()
    for bundle in (verify.cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"):
        if bundle and Path(bundle).is_file():
            return ["--cert", bundle]
    return []


def _fill(environment: Environment, uv: Environment, interpreter: interpreters.Interpreter) -> None:
    command = str(uv.bin / "uv")
    name = environment.folder.name
    if interpreters.probe(environment.python) is None:
        _make(environment, uv, interpreter)
    install = [command, "pip", "install", "--quiet", "--require-hashes"]
    _run(
        [*install, "--python", str(environment.python), "-r", str(environment.requirements)], f"the packages of {name}"
    )
    (environment.folder / _STAMP).write_text(_digest(environment.requirements))


def _make(environment: Environment, uv: Environment, interpreter: interpreters.Interpreter) -> None:
    # Seeded with pip: `sam build` takes an interpreter only if it finds pip beside it.
    made = [str(uv.bin / "uv"), "venv", "--quiet", "--clear", "--seed", "--python", str(interpreter.path)]
    _run([*made, str(environment.folder)], f"the environment {environment.folder.name}")


def _run(command: list[str], what: str) -> None:
    settings = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    outside = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env={**outside, **settings})
    if answer.returncode != 0:
        raise EnvironmentFailed(f"could not install {what}:\n{answer.stdout}{answer.stderr}")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "environments.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Make the environments of the checkout this file stands in; the exit code says whether that worked."""
    try:
        ensure(Path(__file__).resolve().parent.parent, Progress())
    except (EnvironmentFailed, interpreters.NoInterpreter) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
