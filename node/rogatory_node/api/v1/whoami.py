"""Who calls, and what he may: so that a program can ask before it tries."""

from typing import Final

from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casebook import actors


class Me(Model):
    """The authority, and the person behind the token. Identifiers only: names are not for programs to collect."""

    authority: str
    country: str
    person: str | None
    in_name_of: str | None
    roles: list[str]
    actions: list[str]


async def me(call: Call) -> Me:
    """Say who calls."""
    actor, own = call.actor, call.node.own
    return Me(
        authority=own.aid.hex(),
        country=own.statement.content.cc,
        person=None if actor.person is None else actor.person.hex(),
        in_name_of=None if actor.in_name_of is None else actor.in_name_of.hex(),
        roles=sorted(role.value for role in actor.roles),
        actions=sorted(action.value for action in actors.permitted(actor)),
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/me",
        name="whoAmI",
        action=None,
        summary="Say who the token acts for and what it may do.",
        handler=me,
        answer=Me,
    ),
)
