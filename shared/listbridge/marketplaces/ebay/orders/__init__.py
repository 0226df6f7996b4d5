"""eBay's orders: read, sent, paid back."""
