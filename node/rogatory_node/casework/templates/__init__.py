"""Forms outside the network: a request as rows of a table, in the order of the T-CY templates, and back.

* ``cells`` turns a value into the text of a cell and reads it again; ``layout`` has order and numbers; ``filling``
  makes rows of a form and a form of rows.
* No file format of those templates is published; ours is a table whose rows carry the place of the field, so that what
  somebody filled in with a word processor or a spreadsheet is read without guessing.
"""
