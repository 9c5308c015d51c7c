"""``docs/types.md`` says what the data say."""

import re

from type_pages import PAGE, page

from rogatory_node.casework.types import catalogue


def test_the_page_is_made_of_the_data() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run tests/node/type_pages.py"


def test_every_type_has_its_place_and_every_link_leads_there() -> None:
    made = page()
    assert all(f"`{each.code}`, version {each.version}" in made for each in catalogue.types())
    heads = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in made.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", made)) <= heads


def test_what_nobody_compared_is_marked() -> None:
    unchecked = {str(article) for kind in catalogue.types() for article in kind.articles if not article.checked}
    assert unchecked
    assert all(f"{article} °" in page() for article in unchecked)
