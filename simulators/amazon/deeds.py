"""What people and Amazon itself do, outside the API. Python first, JSON by the door."""

from __future__ import annotations

from simulators.amazon.feed_deeds import FeedDeeds
from simulators.amazon.offers.deeds import OfferDeeds
from simulators.amazon.orders.deeds import OrderDeeds


class Deeds(OfferDeeds, OrderDeeds, FeedDeeds):
    """Each method is one deed; the JSON door calls it by its name with the same arguments.

    All of them hold the world's lock, land late changes first, and raise `DeedRefused` without having changed anything.
    """
