"""The words and rules of selling: no I/O, standard library and pydantic only."""
