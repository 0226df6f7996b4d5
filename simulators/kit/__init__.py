"""What every simulator is built from. No platform's name or number stands here; README.md tells how to build on it."""
