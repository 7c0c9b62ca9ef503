"""A second hand: flat drawings of faces in any material, so that the network learns no renderer by heart."""
