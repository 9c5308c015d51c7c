"""By what somebody acts: his tokens, and delegations from him and to him; for programs.

* Everybody sees and ends his own; an administrator sees and ends all.
* A token makes no token, so tokens are made at the node's own socket (``rogatory tokens create``).
"""

from typing import Annotated, Final

import msgspec

from rogatory_node.api.asking import read
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.api.v1.fields import UNKNOWN, Hex16, Line, Seconds, id_in_path, of
from rogatory_node.casebook import delegation as d
from rogatory_node.casebook import tokens as t
from rogatory_node.casebook.actors import Permit, Thing, may
from rogatory_node.casebook.people import NameUnfitError
from rogatory_node.casework.roles import Action, Role
from rogatory_protocol.ids import Id16


class Token(Model):
    """A token without its secret."""

    id: str
    person: str
    label: str
    scopes: list[Action]
    made_at: int
    expires_at: int
    revoked_at: int | None


class TokenList(Model):
    """Tokens, the newest last."""

    tokens: list[Token]


class NewToken(Model):
    """A token to be made; without scopes it names all that its person may do."""

    person: Hex16
    label: Line
    scopes: Annotated[list[Action], msgspec.Meta(min_length=1)] | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=t.MAX_LIFE_DAYS)] = t.DEFAULT_LIFE_DAYS


class MadeToken(Model):
    """A new token and its words, which nobody can read again."""

    token: Token
    words: str


class Delegation(Model):
    """Who acts in whose name, as what, and when."""

    id: str
    principal: str
    delegate: str
    roles: list[Role]
    valid_from: int
    valid_until: int
    revoked_at: int | None


class DelegationList(Model):
    """Delegations, the newest last."""

    delegations: list[Delegation]


class NewDelegation(Model):
    """A delegation to be made."""

    principal: Hex16
    delegate: Hex16
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, max_length=len(Role))]
    valid_from: Seconds
    valid_until: Seconds


async def tokens(call: Call) -> TokenList:
    """List the tokens that the caller may end."""
    found = await read(call.node, call.book.tokens.listed)
    return TokenList(tokens=[_token(each) for each in found if _of(call, Action.TOKEN_MANAGE, each.person)])


async def make_token(call: Call) -> MadeToken:
    """Make a token."""
    new: NewToken = call.body
    scopes = None if new.scopes is None else frozenset(new.scopes)
    person = Id16(bytes.fromhex(new.person))
    making = t.Making(person=person, label=new.label, scopes=scopes, days=new.days, by=call.acting)
    made = await call.node.writer.execute(call.book.tokens.make, making)
    return MadeToken(token=_token(made.token), words=made.words)


async def revoke_token(call: Call) -> Token:
    """Revoke a token."""
    revoking = t.Revoking(token=id_in_path(call, "token"), by=call.acting)
    return _token(await call.node.writer.execute(call.book.tokens.revoke, revoking))


async def delegations(call: Call) -> DelegationList:
    """List the delegations from and to the caller, or all to an administrator."""
    found = await read(call.node, call.book.delegations.listed)
    seen = (each for each in found if _concerns(call, each))
    return DelegationList(delegations=[_delegation(each) for each in seen])


async def delegate(call: Call) -> Answer:
    """Make a delegation."""
    new: NewDelegation = call.body
    delegating = d.Delegating(
        principal=Id16(bytes.fromhex(new.principal)),
        delegate=Id16(bytes.fromhex(new.delegate)),
        roles=frozenset(new.roles),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        by=call.acting,
    )
    return Answer(value=(await call.do(call.book.delegations.make, delegating, _delegation))[0])


async def end_delegation(call: Call) -> Delegation:
    """Revoke a delegation."""
    ending = d.Ending(delegation=id_in_path(call, "delegation"), by=call.acting)
    return _delegation(await call.node.writer.execute(call.book.delegations.end, ending))


def _of(call: Call, action: Action, person: Id16) -> bool:
    return isinstance(may(call.actor, action, Thing(owner=person)), Permit)


def _concerns(call: Call, found: d.Delegation) -> bool:
    return any(_of(call, Action.DELEGATION_MANAGE, each) for each in (found.principal, found.delegate))


def _token(token: t.Token) -> Token:
    return Token(
        id=token.id.hex(),
        person=token.person.hex(),
        label=token.label,
        scopes=sorted(token.scopes),
        made_at=token.made_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
    )


def _delegation(found: d.Delegation) -> Delegation:
    return Delegation(
        id=found.id.hex(),
        principal=found.principal.hex(),
        delegate=found.delegate.hex(),
        roles=sorted(found.roles),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        revoked_at=found.revoked_at,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/tokens",
        name="listTokens",
        action=Action.TOKEN_MANAGE,
        summary="List tokens: one's own, or all as an administrator.",
        handler=tokens,
        answer=TokenList,
    ),
    Endpoint(
        method="POST",
        path="/tokens",
        name="makeToken",
        action=Action.TOKEN_MANAGE,
        summary="Make a token; refused to who comes by a token himself.",
        handler=make_token,
        body=NewToken,
        answer=MadeToken,
        status=201,
        problems=of(NameUnfitError, t.ScopeError, t.LifeError),
    ),
    Endpoint(
        method="POST",
        path="/tokens/{token}/revoke",
        name="revokeToken",
        action=Action.TOKEN_MANAGE,
        summary="Revoke a token.",
        handler=revoke_token,
        answer=Token,
        problems=UNKNOWN | of(t.TokenUnknownError),
    ),
    Endpoint(
        method="GET",
        path="/delegations",
        name="listDelegations",
        action=Action.DELEGATION_MANAGE,
        summary="List delegations from and to oneself, or all as an administrator.",
        handler=delegations,
        answer=DelegationList,
    ),
    Endpoint(
        method="POST",
        path="/delegations",
        name="delegate",
        once=True,
        action=Action.DELEGATION_MANAGE,
        summary="Let a person act in another's name for a time.",
        handler=delegate,
        body=NewDelegation,
        answer=Delegation,
        status=201,
        problems=of(d.DelegationUnfitError),
    ),
    Endpoint(
        method="POST",
        path="/delegations/{delegation}/end",
        name="endDelegation",
        action=Action.DELEGATION_MANAGE,
        summary="Revoke a delegation.",
        handler=end_delegation,
        answer=Delegation,
        problems=UNKNOWN | of(d.DelegationUnknownError),
    ),
)
