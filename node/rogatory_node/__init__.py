"""The Rogatory node: input and output, durable state and the people who use it. Importing it imports nothing heavy."""

from typing import Final

__version__: Final = "0.1.0"
