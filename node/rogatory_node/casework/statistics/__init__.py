"""Statistics over measures: counts, times of the stages, what may be shown to others, and how it is written."""
