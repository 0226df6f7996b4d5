"""The outside of the ports: platforms, AWS, the clock. What every function needs stands beside the rooms."""
