"""What is a platform's own in the figures, a file for each by its slug, and nowhere else in the benchmarks.

A shop's file is a `Shop` (benchmarks/outside.py), a marketplace's a `Marketplace`. What the floor of the deployed figures asks of
a pair is a file of that pair: `<shop>_<marketplace>_floor.py`.
"""
