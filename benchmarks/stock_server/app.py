"""The same app as a plain script, in a folder without settings, so that Streamlit's own hold."""

from rnnviz.ui.frame import show

show()
