"""One page, looked at: its blocks, the record read from them, and what its contract says of that."""
