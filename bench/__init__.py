"""One file a claim; each runs ours and the peers in one run."""
