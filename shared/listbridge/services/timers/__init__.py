"""Timers: they start what no event starts."""
