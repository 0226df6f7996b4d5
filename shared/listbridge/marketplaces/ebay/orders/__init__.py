"""eBay's orders: read, shipped, refunded."""
