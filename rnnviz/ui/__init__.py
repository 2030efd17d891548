"""The app's side of rnnviz: the only modules that import Streamlit."""
