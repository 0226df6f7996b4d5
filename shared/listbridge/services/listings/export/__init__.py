"""Sending what comes into collections automatically, and what was there before when a person asks for it."""
