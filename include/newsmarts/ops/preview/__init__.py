"""What the rules and contracts of now would make of days that are stored, before anything is replaced."""
