"""The scene generator: construction sites rendered with Cycles, with the truth of every cell."""
