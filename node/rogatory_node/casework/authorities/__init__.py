"""The directory of competent national authorities: entries, who may say what, finding them, reading many at once."""
