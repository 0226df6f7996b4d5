"""Folders of a local run: they hold tables, tokens and logs, so they are their owner's alone."""

from __future__ import annotations

from pathlib import Path

UMASK = 0o077
"""For processes that write into them."""


def private_folder(path: Path) -> Path:
    """The folder, made if need be, and closed to others (0700) even if an earlier version made it open."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path
