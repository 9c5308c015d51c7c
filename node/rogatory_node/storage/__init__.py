"""Durable state: one writing connection, many readers, rows sealed at rest, attachment files written to last."""
