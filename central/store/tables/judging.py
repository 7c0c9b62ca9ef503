"""Where judging had come to: checkpoints, and what plans were in force when."""
