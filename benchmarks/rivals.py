"""Other ways to hand rows to a task, and other stand-ins, each in the few lines that it takes."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import SimpleLazyObject
from kombu.serialization import register, registry
from kombu.utils.json import register_type

if TYPE_CHECKING:  # elsewhere in functions: Django has been set up
    from benchmarks.project import Orders
    from benchmarks.shop.models import CerealOrder

PKS = "primary keys"
OURS = "modelref"
RECIPE = "register_type recipe"
CEREAL = "django-cereal's way"
PICKLED = "pickled instances"
PASSED_ON = "modelref, references passed on"  # that a body was handed
ONE_BY_ONE = "modelref, references made one by one"

EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
MOST_SINGLE_READS = 1_000  # rows that are read one by one


def body(*args: Any) -> Any:
    """Return the body of a task's message with these arguments."""
    return args, {}, EMBED


# `_encoders` and `_decoders` are of no public use (kombu 5.5 to 5.7); what is public there wraps
# the calls in a context manager, which would be measured too.


def encoder(serializer: str) -> Callable[[Any], Any]:
    """Return what kombu encodes a body with."""
    return registry._encoders[serializer].encoder


def decoder(serializer: str) -> Callable[[Any], Any]:
    """Return what kombu decodes a body with."""
    return registry._decoders[registry._encoders[serializer].content_type]


# --- Celery's documentation: a type for kombu's JSON ---------------------------------------------


def use_recipe() -> None:
    """Let kombu's JSON carry instances, as Celery's documentation has it."""
    register_type(
        Model,
        "model",
        lambda o: [o._meta.label, o.pk],
        lambda o: apps.get_model(o[0]).objects.get(pk=o[1]),
    )


# --- django-cereal: Model.__reduce__ is another one while a message is pickled -------------------


def use_cereal() -> None:
    """Register a serializer that does what django-cereal, which no longer installs, does."""
    register("cereal", _cereal_dumps, pickle.loads, "application/x-cereal", "binary")


def load_cereal(model: type[Model], told: Mapping[str, Any]) -> Model:
    """Read the row of a pickle."""
    return model._default_manager.get(pk=told["pk"])


def _cereal_dumps(message: Any) -> bytes:
    from benchmarks.shop.models import CerealOrder  # here: Django has been set up

    with _reduced_to_keys(CerealOrder):
        return pickle.dumps(message)


@contextmanager
def _reduced_to_keys(model: type[Model]) -> Iterator[None]:
    def reduced(self: Any) -> Any:
        return load_cereal, (self.__class__, {"pk": self.pk})

    model.__reduce__ = reduced  # type: ignore[method-assign]  # as django-cereal does
    try:
        yield
    finally:
        del model.__reduce__


def as_cereal(orders: "Orders") -> "list[CerealOrder]":
    """Return orders of the class that the serializer is for."""
    from benchmarks.shop.models import CerealOrder  # here: Django has been set up

    made = []
    for order in orders:
        made.append(CerealOrder())
        made[-1].__dict__ = dict(order.__dict__)
    return made


# --- lazy stand-ins ------------------------------------------------------------------------------


def stand_ins(instance: Any) -> dict[str, Any]:
    """Return loaded stand-ins for an instance, by what they are made with."""
    import lazy_object_proxy  # here: workers and `make bench-check` do without
    import wrapt

    proxies = {
        "SimpleLazyObject": SimpleLazyObject(lambda: instance),
        "wrapt": wrapt.ObjectProxy(instance),
        "lazy-object-proxy": lazy_object_proxy.Proxy(lambda: instance),
    }
    for proxy in proxies.values():
        assert proxy.pk == instance.pk
    return proxies
