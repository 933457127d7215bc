"""The face for Python: what ``from backtests import ...`` gives, each kind of answer in a file."""
