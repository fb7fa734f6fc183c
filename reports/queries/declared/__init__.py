"""The reports, a topic to a file: each a question, and the figures of metrics.md that answer it."""
