"""The interface for programs: JSON over HTTP under ``/api/v1`` on the desk port, for national case systems.

* One table of endpoints (``table``) is served, described (OpenAPI 3.1) and tested; nothing is told twice.
* Who calls is a person by a token; what he may is asked of the same table of roles as everywhere.
"""
