"""Land: captured files become raw bytes, stored once, and manifest rows, one partition a UTC capture day."""
