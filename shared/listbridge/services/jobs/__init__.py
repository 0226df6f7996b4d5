"""Jobs: large work in chunks, and the decisions of people about it."""
