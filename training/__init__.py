"""How the project learns to see: the scene generator, the network, its export. Not installed with the product."""
