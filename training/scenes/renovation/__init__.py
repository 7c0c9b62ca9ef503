"""Old blocks that are insulated and rendered anew."""
