"""The error codes of the plugin; each can be silenced by itself, with ``# type: ignore[...]``."""

from typing import Final

from mypy.errorcodes import ErrorCode

#: A call of a task that does not fit its signature.
CALL: Final = ErrorCode("modelref-call", "Check that calls of tasks fit them", "Django")
#: A parameter or a result of a task that its serializer cannot carry.
CARRY: Final = ErrorCode("modelref-carry", "Check that a serializer carries a type", "Django")
#: A step of a canvas that does not fit the one before it.
CHAIN: Final = ErrorCode("modelref-chain", "Check that results fit the next step", "Django")
#: A parameter or a relation in ``load=`` that does not exist.
LOAD: Final = ErrorCode("modelref-load", "Check what load= names", "Django")
