"""The fast lane: quantities and prices of live listings, sent, read back and compared."""
