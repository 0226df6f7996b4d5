"""What people and Etsy itself do, outside the API. Python first, JSON by the door."""

from __future__ import annotations

from simulators.etsy.orders.deeds import OrderDeeds


class Deeds(OrderDeeds):
    """Each method is one deed; the JSON door calls it by its name with the same arguments.

    All of them hold the world's lock, and raise `DeedRefused` without having changed anything.
    """
