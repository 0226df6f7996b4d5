"""From the shop to what listings should show: observe, sweep, recompute."""
