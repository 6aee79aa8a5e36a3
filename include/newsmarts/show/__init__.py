"""One page, looked at: its blocks, the record read from them, and the results of its contract."""
