"""Messages to people: what failed, where its log is, and nothing that a page could do harm with."""
