"""Orders of buyers, as the seller's app reads and ships them."""
