"""What can be called, by the first part of the path."""
