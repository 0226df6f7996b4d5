"""What no event would bring up."""
