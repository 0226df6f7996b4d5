"""Calls to platforms: the session, its bounds, tokens, verdicts, pages. Adapters build on it; it knows no store."""
