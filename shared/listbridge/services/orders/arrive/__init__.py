"""Polling orders, and taking them in as rows of ours."""
