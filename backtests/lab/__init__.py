"""The lab: a page on this machine to tune a run by hand."""
