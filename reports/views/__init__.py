"""The head's dashboard, and the rows behind each of its numbers."""
