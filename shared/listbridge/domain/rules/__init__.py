"""From the shop's numbers to a listing's: which rules are in force, and what they give (promises.md#p10). Pure."""
