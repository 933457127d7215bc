"""Writing a finished simulation down: console, folder, tear sheet."""
