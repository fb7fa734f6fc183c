"""The doors of contracts: the contracts, and what they are made from."""
