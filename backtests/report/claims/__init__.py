"""The article on trial: its page and its screen."""
