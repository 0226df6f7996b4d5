"""Actions that people ask for on listings."""
