"""What shocks do to today's portfolio: repricing at today's yields."""
