"""A search on paper."""
