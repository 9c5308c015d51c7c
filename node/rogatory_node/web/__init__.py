"""Pages for people, on the desk port: rendered here, usable without a script, right to left where the language is."""
