"""What changed between two published releases."""
