"""What rnnviz promises in seconds and megabytes, measured beside the plain way of doing the same.

python -m benchmarks                     all of them, one table each
python -m benchmarks trace               the library against autograd
python -m benchmarks stepping            the Step page in Chromium, against st.plotly_chart
python -m benchmarks training            the queue of training runs, and a class that trains at once
python -m benchmarks small               thirty visitors and four runs in a memory cgroup of 1 GiB (Linux, root, 10 min)
python -m benchmarks load --seconds 60   100 visitors, against Streamlit's stock settings
"""
