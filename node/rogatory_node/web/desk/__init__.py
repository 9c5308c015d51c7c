"""The pages on which officers work: one screen a module, rendered here, whole without a script.

* `pages` is the table of all addresses; `serving` answers them: who asks, whether he may, whether the form is ours.
* `rendering` turns a template of ``templates/desk`` and values into a page; every text goes through the catalogue.
* A handler takes an `Ask` and returns a response or raises `Refused`; it never sees a cookie.
"""
