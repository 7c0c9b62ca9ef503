"""Contract clauses, daily duties and the quality of data. Pure."""
