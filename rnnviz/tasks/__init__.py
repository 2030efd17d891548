"""The tasks networks are trained on: one file each, with how examples are made and what counts as right."""
