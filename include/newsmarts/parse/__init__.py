"""Parse: captured bytes become articles, ticker lines and page links, or a reason why they don't."""
