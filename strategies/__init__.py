"""Strategies: rules that turn a market into target weights. Importing them loads no engine."""
