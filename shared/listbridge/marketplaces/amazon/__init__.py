"""Amazon's Selling Partner API: an adapter that Listbridge finds by this folder."""
