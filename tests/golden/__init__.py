"""The golden numbers: what runs, comparisons and searches gave before the code was rebuilt."""
