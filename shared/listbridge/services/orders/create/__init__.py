"""Creating the shop order, at most once."""
