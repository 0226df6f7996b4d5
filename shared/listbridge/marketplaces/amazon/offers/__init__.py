"""What the seller offers on Amazon."""
