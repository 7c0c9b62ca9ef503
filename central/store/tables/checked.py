"""Contract clauses, daily duties, data quality, frozen reports."""
