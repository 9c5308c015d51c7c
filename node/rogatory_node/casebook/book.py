"""All that is done with the book of an authority, made once from who it is: for every way in."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rogatory_node.casebook.agencies import Agencies
from rogatory_node.casebook.approvals import Approvals
from rogatory_node.casebook.assignments import Assignments
from rogatory_node.casebook.delegation import Delegations
from rogatory_node.casebook.drafts import Drafts
from rogatory_node.casebook.once import Onces
from rogatory_node.casebook.people import People
from rogatory_node.casebook.tokens import Tokens
from rogatory_node.casebook.units import Units
from rogatory_node.casework.approving import Rule
from rogatory_node.config import Config
from rogatory_node.services.sending import Sending
from rogatory_node.storage.seal import RowSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is done with people, drafts and cases."""

    people: People
    units: Units
    agencies: Agencies
    tokens: Tokens
    delegations: Delegations
    assignments: Assignments
    drafts: Drafts
    approvals: Approvals
    onces: Onces


def book(sealer: RowSealer, sending: Sending, config: Config, wall: Callable[[], float] = time.time) -> Book:
    """Return the book of the authority that sends so, with the rules of its settings."""
    drafts = Drafts(sealer=sealer, wall=wall)
    rules = tuple(Rule(type=each.type, grade=each.grade, persons=each.persons) for each in config.approval)
    return Book(
        people=People(sealer=sealer, wall=wall),
        units=Units(sealer=sealer, wall=wall),
        agencies=Agencies(sealer=sealer, wall=wall),
        tokens=Tokens(sealer=sealer, wall=wall),
        delegations=Delegations(wall=wall),
        assignments=Assignments(wall=wall),
        drafts=drafts,
        approvals=Approvals(book=drafts, sending=sending, rules=rules, sealer=sealer, wall=wall),
        onces=Onces(sealer=sealer, wall=wall),
    )
