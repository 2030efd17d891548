"""Training: settings, a run as a value, its file, and the networks that were trained."""
