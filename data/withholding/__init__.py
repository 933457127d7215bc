"""Tax that is withheld from dividends and interest before the investor gets them."""
