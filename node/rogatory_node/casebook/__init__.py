"""The authority's own book of cases: people, drafts and approvals, and what is understood of its letters."""
