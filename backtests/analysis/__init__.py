"""Pure functions of arrays and Series: every number that a result shows."""
