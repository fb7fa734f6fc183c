"""The doors of orders: the list and the page, their lines, their states, the price plan."""
