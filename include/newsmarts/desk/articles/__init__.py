"""Articles: searched, read, their texts side by side, and the way back to the captured bytes."""
