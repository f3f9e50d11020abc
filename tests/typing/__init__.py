"""Cases for type checkers: `tests/test_typing.py` says how a comment tells what must be said."""
