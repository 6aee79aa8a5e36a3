"""Load: one validated day into the private warehouse, in one transaction."""
