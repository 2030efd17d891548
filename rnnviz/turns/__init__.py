"""Who computes, and when: the processes beside the server, and the queue before them."""
