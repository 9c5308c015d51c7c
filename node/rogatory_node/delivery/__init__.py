"""Store and forward: what waits for a peer goes over its links, what comes is answered (B.12)."""
