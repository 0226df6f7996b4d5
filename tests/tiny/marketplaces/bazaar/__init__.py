"""The bazaar, which exists only in tests."""
