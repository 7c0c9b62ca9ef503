"""What the API shows, made from stored rows: one file an answer."""
