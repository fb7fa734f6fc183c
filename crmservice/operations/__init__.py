"""How the system runs, for the person who keeps it: duties, lag, mail, dead letters."""
