"""The stall, which exists only in tests."""
