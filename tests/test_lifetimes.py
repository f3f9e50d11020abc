"""What the library lets go of: models of migrations, and apps, that are used no more."""

import gc
import weakref
from typing import Any

import pytest
from celery import Celery
from django.apps import apps
from django.db.migrations.state import ProjectState

from modelref import reference
from modelref.celery import setup
from modelref.codecs import json as codec
from modelref.pending import pending_class
from modelref.refs import loaded_class
from tests.shop.models import Order
from tests.shop.queries import ALIASES


def collected(*kept: weakref.ref[Any]) -> bool:
    """Whether nothing holds these objects any more."""
    gc.collect()
    return all(each() is None for each in kept)


@pytest.mark.django_db(databases=ALIASES)
class TestHistoricalModels:
    """A migration has models of its own, a registry of them for each state."""

    def test_the_classes_of_references_do_not_keep_them(self) -> None:
        """They live as long as their model."""

        def use() -> list[weakref.ref[Any]]:
            registry = ProjectState.from_apps(apps).apps
            model = registry.get_model("shop", "Order")
            return list(map(weakref.ref, (registry, pending_class(model), loaded_class(model))))

        assert collected(*use())

    def test_references_to_them_do_not_keep_them(self) -> None:
        """Nor does anything that was asked of them."""
        order = Order.objects.create(note="gift")

        def use() -> list[weakref.ref[Any]]:
            registry = ProjectState.from_apps(apps).apps
            model = registry.get_model("shop", "Order")
            assert reference(model, order.pk).note == "gift"
            codec.encode([reference(model, order.pk), model.objects.get(), model.objects.all()])
            return list(map(weakref.ref, (registry, model)))

        assert collected(*use())


@pytest.mark.parametrize("send", [True, False])
def test_an_app_that_was_set_up_is_collected(send: bool) -> None:
    """The system checks of the process do not keep it."""

    def use() -> weakref.ref[Any]:
        app = Celery("short", set_as_current=False, broker="memory://")
        setup(app, send=send)
        _ = app.conf.task_serializer, app.control
        return weakref.ref(app)

    assert collected(use())
