"""Taking over a company's export: `import_company` reads it, each app's `importers.py` judges it."""
