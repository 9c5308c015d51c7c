"""All addresses of the pages in one table: who may, and what does it."""

from typing import Final

from rogatory_node.casework.roles import Action
from rogatory_node.web.desk import account, approving, case, files, inbox, questions, signing_in, welcome, writer
from rogatory_node.web.desk.serving import Page

TABLE: Final = (
    Page(path="/", get=signing_in.home),
    Page(path="/sign-in", get=signing_in.show, post=signing_in.take, open=True),
    Page(path="/sign-out", post=signing_in.out),
    Page(path="/prove", get=signing_in.show_anew, post=signing_in.take_anew),
    Page(path="/language/{code}", get=signing_in.language, open=True),
    Page(path="/welcome/{words}", get=welcome.show, post=welcome.take, open=True),
    Page(path="/help", get=signing_in.help, open=True),
    Page(path="/inbox", get=inbox.show, action=Action.CASE_LIST),
    Page(path="/search", get=inbox.search, action=Action.CASE_LIST),
    Page(path="/case/{case}", get=case.show, action=Action.CASE_READ),
    Page(path="/case/{case}/acknowledge", post=case.acknowledge, action=Action.CASE_ACKNOWLEDGE),
    Page(path="/case/{case}/proof", post=files.proof, action=Action.CASE_READ),
    Page(path="/case/{case}/files/{letter}/{index}", get=files.attachment, action=Action.CASE_READ),
    Page(path="/drafts", get=writer.show, action=Action.DRAFT_READ),
    Page(path="/drafts/new", get=writer.choose, post=writer.begin, action=Action.DRAFT_CREATE),
    Page(path="/drafts/{draft}", get=writer.tasks, action=Action.DRAFT_READ),
    Page(path="/drafts/{draft}/discard", get=writer.ask_discard, post=writer.discard, action=Action.DRAFT_DISCARD),
    Page(path="/drafts/{draft}/check", get=approving.check, action=Action.DRAFT_READ),
    Page(path="/drafts/{draft}/submit", post=approving.submit, action=Action.DRAFT_SUBMIT),
    Page(path="/drafts/{draft}/recall", post=approving.recall, action=Action.DRAFT_SUBMIT),
    Page(
        path="/drafts/{draft}/approve",
        get=approving.decide,
        post=approving.approve,
        action=Action.DRAFT_READ,
        fresh=True,
    ),
    Page(path="/drafts/{draft}/return", post=approving.give_back, action=Action.DRAFT_RETURN),
    Page(path="/drafts/{draft}/done", get=approving.done, action=Action.DRAFT_READ),
    Page(path="/drafts/{draft}/{section}", get=questions.show, post=questions.save, action=Action.DRAFT_READ),
    Page(path="/account", get=account.show),
    Page(path="/account/sessions", post=account.end),
    Page(path="/account/passkeys/new", get=account.show_adding, post=account.add, fresh=True),
    Page(path="/account/passkeys/{passkey}", get=account.show_removing, post=account.remove, fresh=True),
    Page(path="/account/codes", get=account.show_codes, post=account.renew_codes, fresh=True),
)
