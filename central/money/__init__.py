"""The ledger judged: what was granted, released and paid, and what is odd about it. Pure."""
