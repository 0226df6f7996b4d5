"""Which stock an order holds, and what that moves."""
