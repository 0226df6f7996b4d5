"""A stateful stand-in for eBay's Sell APIs: one WSGI application, several sellers, limits, latency and faults."""

from simulators.ebay.app import EbaySimulator
from simulators.ebay.limits import Limits, describe_limits
from simulators.kit.deeds import DeedRefused

__all__ = ["DeedRefused", "EbaySimulator", "Limits", "describe_limits"]
