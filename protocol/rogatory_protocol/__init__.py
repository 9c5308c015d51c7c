"""RGT/1: bytes and rules of the network, without sockets, clock or randomness.

Each module implements one part of the specification in ``docs/spec``; callers import the module they need.
"""
