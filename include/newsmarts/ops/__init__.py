"""What an operator does with a home: backup, maintenance, preview, upgrade."""
