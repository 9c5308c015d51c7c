"""What the node knows of law and practice: data in files, and pure functions over plain values.

* No database, socket, clock or random source: times are arguments.
* Data files are read when they are first needed, and kept.
* A form is what a person at another authority wrote: whatever is in it, functions here answer and do not raise.
"""
