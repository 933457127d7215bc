"""Bonds, the yield curve, cash, and the proxies of Treasury funds."""
