"""New buildings: structure, facade, nets, catch fans."""
