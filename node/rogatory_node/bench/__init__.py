"""Benchmarks: each is one real run, and says on which machine and against which limit."""
