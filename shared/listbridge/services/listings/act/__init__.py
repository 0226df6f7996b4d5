"""What a person asks of listings."""
