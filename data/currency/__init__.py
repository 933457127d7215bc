"""Money other than dollars: rates of exchange, short rates, the currency hedge."""
