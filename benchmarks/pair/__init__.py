"""The shop and the marketplace that the figures are of: all that is their own, and nowhere else in the benchmarks."""
