"""Every size, count and time limit of the protocol (B.18), each with the reason for its number."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
DAY_SECONDS: Final = 86_400

# Encoding (B.1). Depth 8 is what the deepest object needs; keys under 24 bytes make both CBOR orders coincide.
MAX_DEPTH: Final = 8
MAX_KEY_BYTES: Final = 23
MAX_EXTENSION_BYTES: Final = 4_096

# Objects.
MAX_STATEMENT_BYTES: Final = 65_530  # a log leaf of 65,535 bytes less its own framing
MAX_LEAF_BYTES: Final = 65_535  # the 16-bit length of a tile entry
MAX_CARD_BYTES: Final = 65_536
MAX_EVIDENCE_BYTES: Final = 32 * KIB
MAX_BATCH: Final = 256  # one signature, one commit group
MAX_PUBLICATION_BYTES: Final = 4 * MIB  # all parties to fifty treaties are a tenth of it
MAX_STATEMENT_SIGNATURES: Final = 6  # old and new root together, one signature serving both
MAX_STATEMENT_LIFE_SECONDS: Final = 400 * DAY_SECONDS  # a yearly ceremony and five weeks of grace
MAX_CARD_LIFE_SECONDS: Final = 90 * DAY_SECONDS

# Letters, attachments, envelopes (B.8 to B.10).
MAX_FORM_BYTES: Final = MIB
MAX_ATTACHMENTS: Final = 256
MAX_ATTACHMENT_BYTES: Final = 2**40
MAX_RECIPIENTS: Final = 32
MAX_APPROVALS: Final = 8
MAX_LETTER_LIFE_SECONDS: Final = 90 * DAY_SECONDS
MAX_HEADER_BYTES: Final = 16_384
MAX_BODY_BYTES: Final = 2 * MIB
MAX_ENVELOPE_BYTES: Final = 12 + MAX_HEADER_BYTES + MAX_BODY_BYTES
MAX_ENVELOPE_LETTERS: Final = 32
MIN_PADDED_BYTES: Final = 4_096
CHUNK_BYTES: Final = MIB
TAG_BYTES: Final = 16

# Link (B.11).
MAX_HANDSHAKE_BYTES: Final = 16 * KIB
MAX_MESSAGE_BYTES: Final = 2_200_000  # an envelope and its framing
HANDSHAKE_SECONDS: Final = 10
READY_SECONDS: Final = 60
MAX_LINK_SECONDS: Final = DAY_SECONDS
MAX_LINK_FRAMES: Final = 2**32  # far below the 96-bit nonce, and a day of traffic
MAX_LINK_BYTES: Final = 2**40
MAX_OFFERS: Final = 128
URGENT_OFFERS: Final = 1  # kept free for urgency 3
MAX_OFFERED_BYTES: Final = 8 * MIB
MAX_PULLED_BYTES: Final = 8 * MIB
MAX_PULL_CHUNKS: Final = 8
MAX_LINKS_PER_PEER: Final = 4
MAX_ONE_TIME_KEYS: Final = 128  # outstanding on a link
MAX_KEYS_PER_OBJECT: Final = 64
READY_KEYS: Final = 8
MAX_SYNC_ROWS: Final = 512
MAX_EVIDENCE_PER_FRAME: Final = 64

# Clocks.
SKEW_WARN_SECONDS: Final = 60
SKEW_REFUSE_SECONDS: Final = 600
FRESH_WARN_SECONDS: Final = 2 * DAY_SECONDS
FRESH_BLOCK_SECONDS: Final = 14 * DAY_SECONDS
