"""The figures of metrics.md, each as the rows that it counts: number and rows from one place."""
