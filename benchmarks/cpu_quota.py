"""A share of one processor for a process, as Lambda gives it: a control group with a quota, version 1 or 2."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WHOLE_MIB = 1769
"""Memory at which a function has one whole processor (Lambda developer guide, "Configure Lambda function memory")."""
_ROOT = Path("/sys/fs/cgroup")
_PERIOD_US = 20_000
"""How long a process that has used up its share may have to wait: Lambda's is of this order."""


class NoControlGroup(Exception):
    """This machine lets us make none: the figures that need one are left out."""


@contextmanager
def quota(memory_mib: int) -> Iterator[Path]:
    """A control group with the share of a processor that a function of this memory has; gives its list of processes.

    A process that writes its id into the list is in it from then on.

    Raises:
        NoControlGroup: not allowed here, or no controller for it.
    """
    share = int(_PERIOD_US * memory_mib / WHOLE_MIB)
    first = _ROOT / "cpu"
    group = (first if first.is_dir() else _ROOT) / f"listbridge-bench-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
    except OSError as error:
        raise NoControlGroup(f"no control group can be made: {error.strerror}") from error
    try:
        try:
            if first.is_dir():
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(share))
            else:
                (group / "cpu.max").write_text(f"{share} {_PERIOD_US}")
            processes = group / "cgroup.procs"
            if not os.access(processes, os.W_OK):
                raise NoControlGroup("a process may not move itself into a control group")
        except OSError as error:
            raise NoControlGroup(f"a control group takes no quota: {error.strerror}") from error
        yield processes
    finally:
        with suppress(OSError):  # a process may be on its way out of it
            group.rmdir()
