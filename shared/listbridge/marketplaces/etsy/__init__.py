"""Etsy's Open API v3: an adapter that Listbridge finds by this folder."""
