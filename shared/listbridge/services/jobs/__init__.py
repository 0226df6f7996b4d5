"""Big work in chunks, and what people decide about it."""
