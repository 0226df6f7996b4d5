"""The shop's order, made once."""
