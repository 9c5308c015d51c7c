"""The types of assistance that a request may ask for, as data, and the shape of the form that asks.

* One folder a type in ``data``, one file a version; ``common`` holds what every request has, and shared definitions.
* `catalogue` reads them, `shape` finds the measures of a form, `validating` holds a form against them.
"""
