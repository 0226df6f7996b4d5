"""A stateful stand-in for Amazon's Selling Partner API: one WSGI application, several sellers, limits, latency and faults."""

from simulators.amazon.app import AmazonSimulator
from simulators.amazon.limits import Limits, describe_limits
from simulators.kit.deeds import DeedRefused

__all__ = ["AmazonSimulator", "DeedRefused", "Limits", "describe_limits"]
