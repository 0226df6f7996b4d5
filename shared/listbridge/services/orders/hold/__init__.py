"""Which stock an order holds, and which listings that changes."""
