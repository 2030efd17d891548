"""Networks of PyTorch, and what can be asked of them."""
