"""Who is compared with whom in the delivery bench: edges as processes, sinks to count in."""
