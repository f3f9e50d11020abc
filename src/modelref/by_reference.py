"""``PickledByReference``: a model says that its instances are pickled as references, everywhere."""

import copy
from typing import Any

from modelref.batch import restore
from modelref.instances import row_of
from modelref.keys import key_of


class PickledByReference:
    """Mixin for models: ``pickle.dumps(order)`` stores a reference, loading gives a lazy one.

    It stands before the model class, ``class Order(PickledByReference, models.Model)``, or before
    an abstract one. Caches, sessions and multiprocessing then hold label, primary key and alias,
    and the row is read where it is used. ``copy`` and ``deepcopy`` copy instances as ever.
    """

    __module__ = "modelref"  # where migrations import it from

    __slots__ = ()

    def __reduce_ex__(self, protocol: Any, /) -> tuple[Any, ...]:
        """Return what pickles the instance, by any protocol: a function and a plain tuple.

        Raises:
            UnsavedInstance: the instance has no row.
        """
        instance: Any = self
        row = row_of(instance)
        return restore, (row.label, key_of(instance._meta.model).to_wire(row.pk), row.using)

    def __copy__(self) -> Any:
        inherited = getattr(super(), "__copy__", None)
        if inherited is not None:
            return inherited()
        ordinary: Any = super()
        make, args, *state = ordinary.__reduce_ex__(4)
        return _with_state(make(*args), *state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        inherited = getattr(super(), "__deepcopy__", None)
        if inherited is not None:
            return inherited(memo)
        ordinary: Any = super()
        make, args, *state = ordinary.__reduce_ex__(4)
        twin = memo[id(self)] = make(*args)
        return _with_state(twin, *copy.deepcopy(state, memo))


def _with_state(twin: Any, state: Any = None, *_members: Any) -> Any:
    if state is not None:
        twin.__setstate__(state)
    return twin
