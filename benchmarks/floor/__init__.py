"""The floor chain: the smallest functions that make the hops and remote calls of a change and of an order, without our code."""
