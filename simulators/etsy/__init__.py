"""A stateful stand-in for Etsy's Open API v3: one WSGI application, several shops, limits, latency and faults."""

from simulators.etsy.app import EtsySimulator
from simulators.etsy.limits import Limits, describe_limits
from simulators.kit.deeds import DeedRefused

__all__ = ["DeedRefused", "EtsySimulator", "Limits", "describe_limits"]
