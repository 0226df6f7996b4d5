"""Orders, parcels and refunds."""
