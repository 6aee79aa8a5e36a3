"""Publish: marts built from the warehouse, audited, and released to readers without ever locking them out."""
