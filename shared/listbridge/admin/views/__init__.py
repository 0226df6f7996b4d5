"""The shapes of the API's answers."""
