"""The path-traced picture; needs bpy."""
