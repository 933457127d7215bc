"""The page of withdrawals: how long a retiree's money lasted from every start month."""
