"""What pages show, composed of records, figures and sentences. No Streamlit, no visitor."""
