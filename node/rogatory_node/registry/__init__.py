"""Running a registry: its log, whom it admits, how it is read; and following the registries of others."""
