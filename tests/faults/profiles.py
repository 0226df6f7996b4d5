"""How hard hypothesis tries: `ci` is small and the same every time, `full` is large and new every time.

`LISTBRIDGE_HYPOTHESIS=full` chooses the second, `more` something in between; without it the first is in force.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]

settings.register_profile("more", max_examples=400, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("ci", max_examples=60, derandomize=True, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("full", max_examples=600, deadline=None, suppress_health_check=_QUIET, print_blob=True)


def chosen_profile() -> settings:
    """The profile that the environment asks for."""
    return settings.get_profile(os.environ.get("LISTBRIDGE_HYPOTHESIS") or "ci")


def load_profile() -> None:
    """Make the chosen profile the one in force."""
    settings.load_profile(os.environ.get("LISTBRIDGE_HYPOTHESIS") or "ci")
