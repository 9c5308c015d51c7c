"""What a running node answers to commands on its own machine: JSON over a socket in its home."""
