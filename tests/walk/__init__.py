"""A random walk through the app: a seeded visitor who does everything that a page offers, and notes what breaks."""
