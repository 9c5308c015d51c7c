"""The texts of what ``rogatory verify`` finds, one for each (B.15).

* A text says what is proved and by whom, in words of the field, and no more than is proved.
* Values go in by name; times come as dates in universal time.
"""

from collections.abc import Mapping
from typing import Final

from rogatory_keys.bundle_verdict import What
from rogatory_node.i18n import later

TEXTS: Final[Mapping[What, str]] = {
    What.UNREADABLE: later("This is no evidence bundle, or it was changed or cut ({fault})."),
    What.DAMAGED: later("The file {file} is missing, changed or too large ({fault})."),
    What.REFUSED: later("The file {file} is refused: {why} ({code})."),
    What.ROOT_TRUSTED: later("The registry is the one that you named: {digits}"),
    What.ROOT_UNKNOWN: later("The registry is one that you did not name: {digits}"),
    What.ROOT_OTHER: later("The bundle rests on another registry than you named: {digits}"),
    What.LOG_AS_OF: later("Keys and admissions are shown as of {ts} ({size} entries of the log)."),
    What.LOG_REPLAYED: later("The whole log was replayed, as of {ts} ({size} entries): nothing was left out."),
    What.LOG_OTHER: later("The log and the bundle contradict each other."),
    What.LOG_NOT_REPLAYED: later("Without the whole log (--log) a later revocation or suspension is not seen."),
    What.WITNESSES_UNCHECKED: later("The registry promises witnesses of its log; they are not checked here."),
    What.CHAIN_HOLDS: later("{name}: its keys are its own, up to statement {ver}."),
    What.SIGNED_BY: later("Origin: signed by {sender}, dated {ts}."),
    What.KEY_REVOKED: later("Signed with a key that was revoked, and dated by nobody else before that: disputed."),
    What.KEY_UNDATED: later("Signed with a key that has expired, and dated by nobody else before that."),
    What.ADDRESSED_TO: later("Recipient: addressed to {names}, and to nobody else."),
    What.APPROVED_BY: later("Officer: {by} signed this text with a passkey that the sender calls this officer's own."),
    What.APPROVED_WITH: later(
        "Officer: {by} signed this text with the certificate of {subject}; who issued it is not checked."
    ),
    What.APPROVAL_BAD: later("Officer: the signature enclosed for {by} is not good: {why} ({code})."),
    What.APPROVAL_UNCHECKED: later("Officer: the signature enclosed for {by} cannot be checked here: {why} ({kind})."),
    What.FORM_SHOWN: later("The text shown is the one that was signed."),
    What.FORM_WITHHELD: later("The text is withheld."),
    What.FORM_DIFFERS: later("The text in {file} is not the one that was signed."),
    What.ATTACHMENT_SHOWN: later("Attachment {index} is the one that was signed ({bytes} bytes, SHA-256 {sha256})."),
    What.ATTACHMENT_WITHHELD: later("Attachment {index} is withheld."),
    What.ATTACHMENT_ABSENT: later("Attachment {index} is not in the bundle; its SHA-256 is {sha256} ({bytes} bytes)."),
    What.ATTACHMENT_DIFFERS: later("The attachment in {file} is not one that was signed."),
    What.EXISTED_BY: later("Time: it existed by {ts}, in a recipient's own words."),
    What.CLAIMED_AT: later("Time: {ts}, in the sender's words alone."),
    What.AFTER_LOG: later("Something here is dated {latest}, after the state of the registry that is shown ({ts})."),
    What.STAMPED_BY: later(
        "Time: it existed by {ts}, says {authority}, which you trust "
        "(whether its certificate was revoked is not checked)."
    ),
    What.TOKEN_CONSISTENT: later(
        "A time-stamp token in {file} says {ts}: signature consistent, authority ({authority}) not checked."
    ),
    What.TOKEN_UNTRUSTED: later(
        "A time-stamp token in {file} says {ts}, but {authority} is none of the authorities that you named."
    ),
    What.TOKEN_UNCHECKED: later("The time-stamp token in {file} cannot be checked here: {why}. It proves nothing."),
    What.TOKEN_BAD: later("The time-stamp token in {file} is not good: {why} ({code})."),
    What.STORED: later("Delivery: stored by {issuer} on {ts}."),
    What.COMPLETE: later("Delivery: complete with all attachments at {issuer} on {ts}."),
    What.TAKEN: later("Taken by a person: {role} of {issuer} on {ts}."),
    What.ACCEPTED: later("Decision: accepted by {issuer} on {ts}."),
    What.DECLINED: later("Decision: refused by {issuer} on {ts}, ground: {code}."),
    What.REFUSED_BY: later("Delivery: refused by the node of {issuer} on {ts} (code {code})."),
    What.MISSED: later(
        "Delivery: {issuer} declares that by {ts} it held no receipt of {to}; it proves nothing against it."
    ),
    What.NOTHING_SHOWN: later("Delivery: nothing is shown from {issuer}."),
    What.CONTRADICTION: later("{issuer} has signed something that contradicts its earlier word (level {level}, {ts})."),
    What.NUMBERED: later(
        "Continuity: letters {first} to {last} of {sender} in this case follow each other without a gap."
    ),
    What.GAP: later("Continuity: of letters 1 to {last} of {sender} in this case, {count} are shown."),
    What.BROKEN: later("The letter in {file} does not continue the one before it."),
    What.HEADS_CONSISTENT: later("Continuity: {count} states of the audit log of {name} grow out of each other."),
    What.HEADS_ALONE: later("Continuity: {count} states of the audit log of {name} are quoted, without contradiction."),
    What.HEADS_FORKED: later("The audit log of {name} has two histories."),
    What.HEADS_BACK: later("The audit log of {name} is quoted at a shorter state after a longer one."),
    What.LEAF_BOUND: later("Continuity: “{event}” of {ts} is entry {n} in the audit log of {name}, held abroad."),
    What.LEAF_UNQUOTED: later(
        "Continuity: “{event}” of {ts} is entry {n} in the audit log of {name}, by its own word."
    ),
}
