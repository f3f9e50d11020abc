"""Hand Django model instances to Celery tasks as typed, lazy references.

What travels is an :class:`Identity`: model label, primary key, database alias. What arrives is a
:data:`ModelRef`, which loads its row on the first attribute access.
"""

from modelref.access import (
    aresolve,
    aresolve_all,
    identity,
    is_reference,
    is_resolved,
    iter_resolved,
    reference,
    resolve,
    resolve_all,
)
from modelref.identity import Identity
from modelref.refs import ModelRef

__all__ = [
    "Identity",
    "ModelRef",
    "aresolve",
    "aresolve_all",
    "identity",
    "is_reference",
    "is_resolved",
    "iter_resolved",
    "reference",
    "resolve",
    "resolve_all",
]
