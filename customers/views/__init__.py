"""The doors: the list and the page, contacts and sites, joining, and who is calling."""
