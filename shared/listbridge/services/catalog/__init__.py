"""What the shop shows becomes what is wanted of listings: observe, sweep, recompute."""
