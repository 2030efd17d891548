"""One lock around torch for the whole process.

Many visitors share two cores. Their computations take a few milliseconds each, so it is quicker for all of
them to queue than to have as many threads as visitors fight over the same cores. Hold it for computing
only, never around an `st.*` call, which may wait for the network:

    with torch_lock:
        trace = rnnviz.trace(network, sentence)
"""

from __future__ import annotations

import threading

torch_lock = threading.RLock()
