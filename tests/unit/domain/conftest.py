from __future__ import annotations

from tests.faults.profiles import load_profile

load_profile()
