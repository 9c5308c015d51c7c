"""Links by which people set up their sign-in to the pages, made by the operator at the node's own socket.

* ``POST /people/sign-in-link`` names a person by his digits, their beginning or exactly his name; the answer is shown
  once and never again.
"""

from typing import Final

from aiohttp import web

from rogatory_node.api.asking import read, text
from rogatory_node.api.context import Node, Problem, Route, read_json, say
from rogatory_node.casebook.actors import UnknownActorError
from rogatory_node.casebook.people import People, PersonAmbiguousError, PersonUnknownError
from rogatory_node.casebook.sign_in import Linking, SignIn
from rogatory_node.i18n import later


async def link(node: Node, request: web.Request) -> web.Response:
    """Make a link for a person."""
    word = text(await read_json(request), "person") or ""
    sealer = node.own.sealer
    try:
        person = await read(node, People(sealer=sealer).find, word)
        made = await node.writer.execute(SignIn(sealer=sealer).link, Linking(person=person))
    except PersonUnknownError as error:
        raise Problem(404, error.code, later("Nobody is called “{word}”."), word=word) from None
    except PersonAmbiguousError as error:
        what, then = later("Several people are called “{word}”."), later("Name one by his digits.")
        raise Problem(409, error.code, what, then, word=word) from None
    except UnknownActorError as error:
        raise Problem(409, error.code, later("This person may not act now."), word=word) from None
    origin = node.config.desk.origin or f"http://localhost:{node.ports['desk']}"
    address = f"{origin}/welcome/{made.words}"
    return say({"person": person.hex(), "link": address, "until": made.expires_at}, 201)


ROUTES: Final = (Route("POST", "/people/sign-in-link", link),)
