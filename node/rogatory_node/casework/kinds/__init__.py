"""The kinds of letters: their register, and the form of each as JSON Schema."""
