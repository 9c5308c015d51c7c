"""The pages of a node, and officers before them."""

from desk import came, node, own, url, world
from officers import officer, pages

__all__ = ["came", "node", "officer", "own", "pages", "url", "world"]
