"""The refusal of a deed."""

from __future__ import annotations


class DeedRefused(Exception):
    """A deed that cannot be done: nobody of that name, nothing on sale, not enough of it."""
