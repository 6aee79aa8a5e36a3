"""Exports of the published marts: files for any tool, and a copy in PostgreSQL."""
