"""Attachments for drafts: a file is sent in one piece, sealed to disk as it comes.

* The identifier is chosen by who sends, so the same file again is the same upload.
* No draft took it up before the node stops: it is swept at the next start.
"""

import json
from typing import Annotated, Final

import msgspec

from rogatory_node.api import letters
from rogatory_node.api.v1.draft_models import Attachment
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.api.v1.fields import UNKNOWN, id_in_path
from rogatory_node.casework.roles import Action
from rogatory_protocol.limits import MAX_ATTACHMENT_BYTES


class File(Model):
    """What the file is called, how many bytes will come, and its media type."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_ATTACHMENT_BYTES)]
    mt: Annotated[str, msgspec.Meta(max_length=127)] | None = None


async def upload(call: Call) -> Answer:
    """Take a file in."""
    id_in_path(call, "upload")
    reply = await letters.upload(call.node, call.request)
    told = json.loads(reply.body if isinstance(reply.body, bytes) else b"{}")
    return Answer(value=Attachment(id=told.pop("upload"), **told))


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="PUT",
        path="/uploads/{upload}",
        name="upload",
        action=Action.DRAFT_CREATE,
        summary="Send a file for a draft: its bytes are the body, of any media type.",
        handler=upload,
        query=File,
        answer=Attachment,
        problems=UNKNOWN
        | {
            "upload.taken": 409, "intake.changed": 409, "upload.full": 503, "attachment": 400, "too-slow": 408,
            "broken-off": 400,
        },
    ),
)  # fmt: skip
