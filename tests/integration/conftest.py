"""The emulator, for the tests of this folder."""

from tests.emulator import emulator

__all__ = ["emulator"]
