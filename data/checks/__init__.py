"""What is looked at before a figure is used."""
