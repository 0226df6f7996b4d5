"""Orders of the simulated Amazon: read by Orders v2026-01-01, shipped by Orders v0, made and changed by deeds."""
