"""The doors of expenses: claims, their states, and what serving cost."""
