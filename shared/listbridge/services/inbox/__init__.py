"""What is told from outside, and where it leads."""
