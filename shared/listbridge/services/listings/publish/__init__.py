"""The slow lane: listings are created, linked, revised in full, ended and relisted."""
