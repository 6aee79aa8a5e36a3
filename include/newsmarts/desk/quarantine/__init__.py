"""Quarantine: what was turned away, on all days; a page beside its record; and what a person decides."""
