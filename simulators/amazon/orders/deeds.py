"""What buyers do."""

from __future__ import annotations

from simulators.amazon.seller_deeds import SellerDeeds


class OrderDeeds(SellerDeeds):
    """Buy, pay, cancel."""
