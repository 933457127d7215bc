"""Configuration, costs, fills and simulations."""
