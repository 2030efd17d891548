"""Two networks read the same sentence, word by word."""

import streamlit as st

from rnnviz.ui.language import t

st.title(t("frame.pages.step"))
