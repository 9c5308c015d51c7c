"""Evidence and its custody: which items there are, who had them when, what binds them, and when they must go.

* Items and the chain are computed from letters and evidence, so that both authorities see the same; private steps of
  one authority (storage, seals, examination) are added to its own view alone.
* What a letter says of an item is its sender's word; what evidence says is proved; the two are told apart.
"""
