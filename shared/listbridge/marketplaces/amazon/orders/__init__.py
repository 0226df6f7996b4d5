"""The orders that buyers place on Amazon."""
