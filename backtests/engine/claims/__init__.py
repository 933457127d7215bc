"""The article's claims, one function each: from data to a judged record."""
