"""Taking over a company's export: `import_company` reads, each app's `importers.py` judges."""
