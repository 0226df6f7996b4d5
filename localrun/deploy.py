"""`sam build` and `sam deploy` of the unmodified template.yaml into the emulator, skipped when nothing changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from localrun.environments import Environments

STACK = "listbridge"
_INPUTS = ("template.yaml", "samconfig.toml", "shared", "functions")
_READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class SamFailed(Exception):
    """SAM refused; the message ends with what it said."""


@dataclass(frozen=True)
class Target:
    """What the functions are built for: Lambda's name of the runtime, and of the processor."""

    runtime: str
    architecture: str

    @classmethod
    def of_this_machine(cls, runtime: str) -> Target:
        arm = platform.machine().lower() in ("arm64", "aarch64")
        return cls(runtime=runtime, architecture="arm64" if arm else "x86_64")


def build(root: Path, environments: Environments, target: Target) -> Path:
    """Build every function and the layer; returns the built template. Raises `SamFailed`.

    Nothing happens when the sources are those of the last build. Two runs at once wait for each other.
    """
    home = root / ".local" / "build" / f"{target.runtime}-{target.architecture}"
    built, stamp = home / "artifacts" / "template.yaml", home / "sources.sha256"
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home / "lock"):
        digest = sources_digest(root, target)
        if built.is_file() and stamp.is_file() and stamp.read_text() == digest:
            return built
        stamp.unlink(missing_ok=True)
        parameters = parameter_file(home, {"Runtime": target.runtime, "Architecture": target.architecture})
        command = ["build", "--config-env", "local", "--parameter-overrides", f"file://{parameters}"]
        command += ["--build-dir", str(built.parent), "--cache-dir", str(home / "cache")]
        _sam(root, environments, command, log=home / "build.log")
        stamp.write_text(digest)
    return built


def deploy(
    root: Path,
    environments: Environments,
    emulator: Emulator,
    *,
    template: Path,
    parameters: Mapping[str, str],
    folder: Path,
) -> dict[str, str]:
    """Deploy the built template and return the stack's outputs. Raises `SamFailed`.

    Nothing happens when the emulator still holds the stack of the same build with the same parameters.
    """
    stamp = folder / "deployed.sha256"
    build_stamp = (template.parent.parent / "sources.sha256").read_text()
    digest = hashlib.sha256(json.dumps([build_stamp, dict(sorted(parameters.items()))]).encode()).hexdigest()
    outputs = _outputs(emulator)
    if outputs and stamp.is_file() and stamp.read_text() == digest:
        return outputs
    stamp.unlink(missing_ok=True)
    overrides = parameter_file(folder, parameters)
    command = [
        "deploy",
        "--config-file",
        str(root / "samconfig.toml"),
        "--config-env",
        "local",
        "--template-file",
        str(template),
        "--stack-name",
        STACK,
    ]
    command += ["--region", REGION, "--parameter-overrides", f"file://{overrides}"]
    _sam(root, environments, command, log=folder / "deploy.log", endpoint_url=emulator.url)
    outputs = _outputs(emulator)
    if not outputs:
        raise SamFailed(f"the stack has no outputs; see {folder / 'deploy.log'}")
    stamp.write_text(digest)
    return outputs


def sources_digest(root: Path, target: Target) -> str:
    """Changes whenever something changes that goes into the built functions, the layer or the template."""
    digest = hashlib.sha256(f"{target.runtime} {target.architecture}".encode())
    for path in sorted(_source_files(root)):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_for_production(root: Path, environments: Environments, target: Target, *, python_bin: Path) -> None:
    """`sam build` into .aws-sam/build, where `sam deploy`, `sam local` and the tests of packaging look.

    `python_bin` holds a Python of the target's minor version, and pip. Raises `SamFailed`.
    """
    home = root / ".local" / "build"
    home.mkdir(parents=True, exist_ok=True)
    overrides = f"Runtime={target.runtime} Architecture={target.architecture}"
    command = ["build", "--parallel", "--cached", "--parameter-overrides", overrides]
    _sam(root, environments, command, log=home / "build.log", python_bin=python_bin)


def sam_environment(
    environments: Environments, *, endpoint_url: str = "", python_bin: Path | None = None
) -> dict[str, str]:
    """What SAM may see: the machine's settings for package indexes and certificates, and no AWS account but the emulator's.

    The interpreter in `python_bin` (default: the emulator's) comes first on PATH: SAM asks for the runtime's version.
    """
    python_bin = python_bin or environments.emulator.bin
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SAM_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    folders = (python_bin, environments.sam.bin, environments.uv.bin)
    kept["PATH"] = os.pathsep.join([*(str(folder) for folder in folders), "/usr/local/bin", "/usr/bin", "/bin"])
    kept.setdefault("HOME", str(environments.sam.folder))
    return kept | {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LISTBRIDGE_PYTHON": str(python_bin / "python"),
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(environments.sam.folder / "app"),
        **({"AWS_ENDPOINT_URL": endpoint_url} if endpoint_url else {}),
    }


def _sam(
    root: Path,
    environments: Environments,
    command: list[str],
    *,
    log: Path,
    endpoint_url: str = "",
    python_bin: Path | None = None,
) -> None:
    settings = sam_environment(environments, endpoint_url=endpoint_url, python_bin=python_bin)
    # SAM leaves a temporary folder behind for each thing it packs.
    with tempfile.TemporaryDirectory(dir=log.parent) as scratch, log.open("wb") as output:
        answer = subprocess.run(
            [str(environments.sam.bin / "sam"), *command],
            cwd=root,
            env={**settings, "TMPDIR": scratch},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = log.read_text(errors="replace")
    if answer.returncode != 0:
        tail = "\n".join(text.splitlines()[-40:])
        raise SamFailed(f"sam {command[0]} failed ({answer.returncode}); all of it is in {log}\n{tail}")
    for line in text.splitlines():
        if line.startswith("WARNING: no Python"):
            print(line, file=sys.stderr)


def _source_files(root: Path) -> Iterator[Path]:
    for name in _INPUTS:
        path = root / name
        if path.is_file():
            yield path
        for file in path.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def parameter_file(folder: Path, parameters: Mapping[str, str]) -> Path:
    """SAM reads parameters from YAML, which JSON is; on its command line a JSON value would need quoting in quoting."""
    path = folder / "parameters.yaml"
    path.write_text(json.dumps(dict(parameters), indent=2))
    return path


def _outputs(emulator: Emulator) -> dict[str, str]:
    from botocore.exceptions import ClientError

    try:
        stacks = emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return {}
    if not stacks or stacks[0]["StackStatus"] not in _READY:
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
