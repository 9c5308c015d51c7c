"""The life of a request: states, moves and sub-machines as tables, and the fold of letters and evidence over them."""
