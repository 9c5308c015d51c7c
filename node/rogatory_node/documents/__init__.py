"""Formal documents: the printed request, reply and certificate, from the same data as the letters (design, 4).

* A document is a frozen description (``page``); nothing in it is markup, so nothing that a person wrote can become any.
* Typst runs in a process of its own with a time limit (``press``); the .docx for editing is written by ``word``.
"""
