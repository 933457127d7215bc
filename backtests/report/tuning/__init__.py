"""The results of a search: its page, charts, words, files and log of trials."""
