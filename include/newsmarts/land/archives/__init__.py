"""Readers of files that hold many pages; each streams, and one bad record costs that record only."""
