"""What platforms tell us, stored and turned into work."""
