"""The doors of assets: what is installed, and the catalogue."""
