"""Two nodes that follow the delivery tables, over a network and on machines that do everything wrong.

The model holds what each side has on disk, what it has in memory, and what is on the way. Messages are lost, doubled
and reordered; either side crashes; either side is restored from an old backup and runs SYNC; keys are lost; officers
take and decide; the deadline passes. Held throughout: one effect, nothing lost, the same evidence for every repeat.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rogatory_protocol.delivery import DURABLE, OFFERABLE, Action, Event, State, advance, event_of_error
from rogatory_protocol.delivery import event_of_evidence as event_of
from rogatory_protocol.errors import Code
from rogatory_protocol.evidence import Mark, may_issue, weigh
from rogatory_protocol.ids import Digest
from rogatory_protocol.receiving import ROWS, Kind, Known, Row, after_opening, before_opening

LIFE = 6


@dataclass(frozen=True)
class Item:
    """A letter: its number stands for its digest."""

    number: int
    exp: int
    attachments: bool
    fault: Code | None


@dataclass(frozen=True)
class Signed:
    """An evidence; the token stands for its bytes, which no second signature would repeat."""

    letter: int
    mark: Mark
    ts: int
    token: Digest


@dataclass
class SenderDisk:
    items: dict[int, Item] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    held: dict[int, list[Signed]] = field(default_factory=dict)


@dataclass
class RecipientDisk:
    inbox: list[Item] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    issued: dict[int, list[Signed]] = field(default_factory=dict)
    acked: set[Digest] = field(default_factory=set)


class Delivery(RuleBasedStateMachine):
    """The model; rules that lose or break something stop when the test ends, and then everything must arrive."""

    @initialize()
    def start(self) -> None:
        self.now = 0
        self.tokens = 0
        self.numbers = 0
        self.sender, self.recipient = SenderDisk(), RecipientDisk()
        self.backups: dict[str, Any] = {
            "sender": copy.deepcopy(self.sender),
            "recipient": copy.deepcopy(self.recipient),
        }
        self.offered: dict[int, State] = {}  # the sender's memory
        self.keys = 0  # generation of one-time keys in the recipient's memory
        self.wire: list[tuple[str, Any, int]] = []
        self.synced = True

    # The sender

    def state(self, number: int) -> State:
        return self.offered.get(number, self.sender.states[number])

    def step(self, number: int, event: Event) -> tuple[Action, ...]:
        state, actions = advance(self.state(number), event)
        self.sender.states[number] = DURABLE[state]
        self.offered.pop(number, None)
        if DURABLE[state] is not state:
            self.offered[number] = state
        return actions

    @rule(attachments=st.booleans(), fault=st.sampled_from([None, None, None, None, Code.SIGNATURE, Code.MALFORMED]))
    def send(self, attachments: bool, fault: Code | None) -> None:
        if self.numbers < 8:
            item = Item(self.numbers, self.now + LIFE, attachments, fault)
            self.numbers += 1
            state, _ = advance(None, Event.SEND)
            self.sender.items[item.number], self.sender.states[item.number] = item, state
            self.sender.held[item.number] = []

    @precondition(lambda self: self.synced)
    @rule()
    def offer(self) -> None:
        for number, item in self.sender.items.items():
            if self.state(number) in OFFERABLE:
                assert Action.SEAL in self.step(number, Event.OFFER)
                self.wire.append(("offer", item, self.keys))

    def hear_evidence(self, signed: Signed) -> None:
        number = signed.letter
        held = {each.token: each.mark for each in self.sender.held[number]}
        weight = weigh(held, signed.token, signed.mark)
        in_time = signed.ts <= self.sender.items[number].exp
        event = event_of(signed.mark, weight, in_time=in_time, held=held.values())
        assert event is not Event.CONTRADICTED, "an honest recipient signed twice"
        if Action.RECORD in self.step(number, event):
            self.sender.held[number].append(signed)
        self.wire.append(("ackd", signed, 0))

    def hear_error(self, answer: tuple[int, Code]) -> None:
        self.step(answer[0], event_of_error(answer[1]))

    # The recipient

    def sign(self, number: int, mark: Mark) -> None:
        issued = self.recipient.issued.setdefault(number, [])
        assert may_issue({each.mark for each in issued}, mark)
        self.tokens += 1
        issued.append(Signed(number, mark, self.now, Digest(self.tokens.to_bytes(32, "big"))))

    def hear_offer(self, item: Item, key: int) -> None:
        number = item.number
        stored = any(each.number == number for each in self.recipient.inbox)
        known = Known.STORED if stored else Known.REFUSED if number in self.recipient.refused else Known.NEW
        reply = before_opening(from_is_peer=True, known=known)
        if reply is None:
            fault = Code.KEY_UNKNOWN if key != self.keys else Code.EXPIRED if self.now > item.exp else item.fault
            reply = after_opening(failure=fault, id_taken=False, attachments=item.attachments)
        if reply.kind is Kind.ERROR:
            assert reply.code is not None
            self.wire.append(("error", (number, reply.code), 0))
            return
        if Row.LETTER in ROWS[reply.kind]:
            self.recipient.inbox.append(item)
        if Row.EVIDENCE in ROWS[reply.kind]:
            refuse = reply.kind is Kind.REFUSE
            self.sign(number, Mark.REFUSED if refuse else Mark.STORED if item.attachments else Mark.COMPLETE)
            if refuse:
                self.recipient.refused.add(number)
        first, *later = self.recipient.issued[number]
        answers = [first, *(each for each in later if each.token not in self.recipient.acked)]
        self.wire += [("evidence", each, 0) for each in answers]

    @precondition(lambda self: self.synced)
    @rule(mark=st.sampled_from([Mark.COMPLETE, Mark.BROKEN, Mark.TAKEN, Mark.ACCEPTED, Mark.DECLINED]), data=st.data())
    def act(self, mark: Mark, data: st.DataObject) -> None:
        """Blobs arrive or fail, and officers take and decide."""
        ready = [
            item.number
            for item in self.recipient.inbox
            if may_issue({each.mark for each in self.recipient.issued[item.number]}, mark)
        ]
        if ready:
            number = data.draw(st.sampled_from(ready))
            self.sign(number, mark)
            self.wire.append(("evidence", self.recipient.issued[number][-1], 0))

    @precondition(lambda self: self.synced)
    @rule()
    def repeat_evidence(self) -> None:
        """What is not acknowledged is said again on every link."""
        everything = [each for issued in self.recipient.issued.values() for each in issued]
        self.wire += [("evidence", each, 0) for each in everything if each.token not in self.recipient.acked]

    # The network and the machines

    def hear(self, kind: str, what: Any, key: int) -> None:
        if kind == "offer":
            self.hear_offer(what, key)
        elif kind == "ackd":
            self.recipient.acked.add(what.token)
        else:
            {"evidence": self.hear_evidence, "error": self.hear_error}[kind](what)

    @precondition(lambda self: self.wire)
    @rule(data=st.data(), twice=st.booleans())
    def deliver(self, data: st.DataObject, twice: bool) -> None:
        """Any message arrives next, and perhaps again later."""
        where = data.draw(st.integers(0, len(self.wire) - 1))
        message = self.wire[where] if twice else self.wire.pop(where)
        self.hear(*message)

    @precondition(lambda self: self.synced and self.sender.items)
    @rule(copies=st.integers(1, 2))
    def converse(self, copies: int) -> None:
        """For once everything arrives, perhaps twice, so that the deeper states are reached often."""
        self.offer()
        while self.wire:
            message = self.wire.pop(0)
            for _ in range(copies):
                self.hear(*message)

    @precondition(lambda self: self.wire)
    @rule()
    def lose_message(self) -> None:
        self.wire.pop()

    @rule()
    def lose_link(self) -> None:
        """All that is on the way is gone; so are the keys of the link."""
        self.wire.clear()
        self.keys += 1
        for number in list(self.sender.items):
            self.step(number, Event.LINK_LOST)

    @precondition(lambda self: self.wire)
    @rule()
    def lose_keys(self) -> None:
        self.keys += 1

    @rule()
    def crash_sender(self) -> None:
        self.offered.clear()
        self.lose_link()

    @rule()
    def crash_recipient(self) -> None:
        self.lose_link()

    @rule()
    def pass_time(self) -> None:
        self.now += 2
        self.lapse()

    def lapse(self) -> None:
        """A sender looks at its deadlines all the time, and first of all when it starts."""
        for number, item in self.sender.items.items():
            if self.now > item.exp:
                self.step(number, Event.DEADLINE)

    @rule(who=st.sampled_from(["sender", "recipient"]))
    def back_up(self, who: str) -> None:
        self.backups[who] = copy.deepcopy(getattr(self, who))

    @precondition(lambda self: self.sender.items)
    @rule(who=st.sampled_from(["sender", "recipient"]))
    def restore(self, who: str) -> None:
        """An old disk comes back; nothing is opened or offered until SYNC is complete."""
        setattr(self, who, copy.deepcopy(self.backups[who]))
        self.offered.clear()
        self.lose_link()
        self.lapse()
        self.synced = False

    @precondition(lambda self: not self.synced)
    @rule()
    def sync(self) -> None:
        """Each side gets back what the other holds: evidence first, then letters; nothing is signed a second time."""
        self.synced = True
        for item in self.recipient.inbox:
            if item.number not in self.sender.items:
                self.sender.items[item.number], self.sender.states[item.number] = item, State.QUEUED
                self.sender.held[item.number] = []
        for number, issued in self.recipient.issued.items():
            if number in self.sender.items:
                for signed in list(issued):
                    self.hear_evidence(signed)
        for item in self.sender.items.values():
            self.take_back(item)
        self.wire.clear()
        self.lapse()

    def recipient_knows(self, number: int) -> bool:
        return number in self.recipient.refused or any(each.number == number for each in self.recipient.inbox)

    def take_back(self, item: Item) -> None:
        """A restored recipient fetches its own earlier evidence and the letter that it acknowledged."""
        issued = self.recipient.issued.get(item.number, [])
        own = {each.token for each in issued}
        lost = [each for each in self.sender.held[item.number] if each.token not in own]
        if lost:
            self.recipient.issued[item.number] = sorted([*issued, *lost], key=lambda each: each.token)
            self.recipient.acked |= {each.token for each in lost}
        if lost and not self.recipient_knows(item.number):
            # A 90 alone acknowledges nothing, with code 15 no more than with another: only the refusal is taken back.
            if {each.mark for each in lost} <= {Mark.REFUSED, Mark.BROKEN}:
                self.recipient.refused.add(item.number)
            else:
                self.recipient.inbox.append(item)

    # What always holds

    @invariant()
    def one_effect(self) -> None:
        numbers = [item.number for item in self.recipient.inbox]
        assert len(numbers) == len(set(numbers))
        assert not self.recipient.refused & set(numbers)
        assert all(item.fault is None for item in self.recipient.inbox)

    @invariant()
    def one_evidence_for_each_level(self) -> None:
        for number, held in self.sender.held.items():
            seen = {each.mark: each.token for each in held}
            assert len(seen) == len(held)
            if self.synced:
                own = {each.mark: each.token for each in self.recipient.issued.get(number, [])}
                assert seen.items() <= own.items()

    @invariant()
    def nothing_said_to_be_stored_is_missing(self) -> None:
        if self.synced:
            inbox = {item.number for item in self.recipient.inbox}
            assert {number for number in self.sender.items if self.is_held(number)} <= inbox

    def is_held(self, number: int) -> bool:
        return self.state(number) in {State.STORED, State.COMPLETE, State.INCOMPLETE}

    def teardown(self) -> None:
        """When nothing is lost any more, every letter comes to the end that it deserves."""
        if not hasattr(self, "wire"):
            return
        if not self.synced:
            self.sync()
        self.lose_link()
        for _ in range(4):
            self.repeat_evidence()
            self.converse(copies=1)
        inbox = {item.number for item in self.recipient.inbox}
        for number, item in self.sender.items.items():
            late = any(each.ts > item.exp for each in self.sender.held[number])
            if number in inbox:
                assert self.is_held(number) or late
            elif item.fault is None:
                # Its deadline passed before it could be offered; its officer knows.
                assert DURABLE[self.state(number)] is State.EXPIRED
            else:
                assert DURABLE[self.state(number)] in {State.REJECTED, State.EXPIRED}


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(
    max_examples=250,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
