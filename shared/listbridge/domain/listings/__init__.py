"""A listing and its ledger: what is wanted, what is known, what is due."""
