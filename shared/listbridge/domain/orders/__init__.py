"""A marketplace order, its amounts, its stock, and its order in the shop."""
