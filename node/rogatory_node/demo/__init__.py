"""The demonstration: a registry and three authorities as real processes on this computer. All of it is invented."""
