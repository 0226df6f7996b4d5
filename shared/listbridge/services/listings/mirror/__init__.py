"""Sales lists in collection mode: their items follow the shop's collections."""
