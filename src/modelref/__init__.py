"""Hand Django model instances to Celery tasks as typed, lazy references.

What travels is an :class:`Identity`: model label, primary key, database alias. What arrives is a
:data:`ModelRef`, which loads its row on the first attribute access.

The way of one argument through the modules:

- out: ``celery.task`` -> ``celery.arguments`` -> ``celery.shapes`` and ``celery.ways`` ->
  ``batch`` -> ``codecs`` -> ``packer`` -> ``keys``
- in: ``codecs`` -> ``unpacker`` -> ``batch``, then ``celery.body`` -> ``celery.arguments`` ->
  ``celery.shapes`` and ``celery.ways``
- loading: ``pending`` -> ``group`` -> ``resolver`` -> ``refs``
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
from modelref.by_reference import PickledByReference
from modelref.identity import Identity
from modelref.refs import ModelRef

__all__ = [
    "Identity",
    "ModelRef",
    "PickledByReference",
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
