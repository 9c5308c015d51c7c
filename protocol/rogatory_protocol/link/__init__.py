"""The link between two nodes, without I/O: handshake, frames, and what each side may still ask (B.11)."""
