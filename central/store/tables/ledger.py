"""The append-only ledger of money, its locked months and what was refused of an import."""
