"""A listing's inventory: what Etsy tells, and what it takes back."""

from __future__ import annotations
