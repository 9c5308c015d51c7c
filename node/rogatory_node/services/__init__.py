"""Use cases: judge, then change the state in one transaction, then say what to send (journal rule)."""
