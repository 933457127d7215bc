"""The page "Which hedge": ways to hold a hedge that is quoted in dollars, and which is best."""
