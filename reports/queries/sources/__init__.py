"""The rows that reports count, each kind once: of the period and filters, seen by the person."""
