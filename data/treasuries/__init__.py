"""Bonds, their curve, and what stands in for a fund."""
