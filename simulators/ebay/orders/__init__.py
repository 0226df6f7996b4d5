"""Orders, and what buyers and sellers do with them."""
