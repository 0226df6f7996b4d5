"""What the shop does with an order is told to the marketplace."""
