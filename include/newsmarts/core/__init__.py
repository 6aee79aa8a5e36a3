"""What every other package leans on: settings, places, errors, locks, databases, contracts."""
