"""Running strategies over markets, and writing down what came of it."""
