"""Bytes in and out over sockets; no decisions (B.11.1)."""
