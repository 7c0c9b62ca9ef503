"""Reports for the offices: Word, PDF and xlsx, frozen with a digest."""
