"""The scene generator: construction sites path traced or rasterised, with the truth of every cell."""
