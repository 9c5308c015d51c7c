"""Secrets and trust: key files, custody, the directory of authorities.

It opens no socket and no database. Callers import the module they need.
"""
