"""The doors: people, the organisation they work in, and the way in."""
