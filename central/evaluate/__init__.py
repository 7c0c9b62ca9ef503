"""The yearly circle: tasks, evaluations, rankings and what follows from them. Pure."""
