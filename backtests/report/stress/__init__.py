"""How a stress test of a run is shown: page, screen, table of all its figures."""
