"""Recurrent cells, forward and backward, in NumPy alone."""
