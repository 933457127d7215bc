"""Prices and yields: where they come from, what they are, and the market they become."""
