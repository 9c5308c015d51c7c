"""The places of the menu: a person sees those where he has something to do."""

from dataclasses import dataclass
from typing import Final

from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later, translate
from rogatory_node.web.desk.context import Ask


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its address, what it is called, and what a person must be allowed to do to see it."""

    path: str
    title: str
    action: Action


PLACES: Final = (
    Place("/inbox", later("Inbox"), Action.CASE_LIST),
    Place("/drafts", later("Drafts"), Action.DRAFT_READ),
    Place("/law", later("Treaties and authorities"), Action.DIRECTORY_READ),
    Place("/people", later("People"), Action.PEOPLE_MANAGE),
    Place("/log", later("Audit log"), Action.LOG_READ),
    Place("/status", later("Status"), Action.KEYS_MANAGE),
)


def menu(ask: Ask) -> list[tuple[str, str, bool]]:
    """Return address and name of each place, and whether the person is there."""
    here, may = ask.request.path, ask.actions
    return [
        (place.path, translate(place.title, ask.language), here == place.path or here.startswith(place.path + "/"))
        for place in PLACES
        if place.action in may
    ]


def first_place(ask: Ask) -> str:
    """Return where a person begins: the first place of his menu, or his own page."""
    own = (place.path for place in PLACES if place.action in ask.actions and place.action is not Action.DIRECTORY_READ)
    return next(own, "/account")
