"""System checks: what is wrong with the settings, the models, the app and its tasks."""

from decimal import Decimal
from typing import Any

import pytest
from celery import Celery
from django.core.checks import run_checks

import modelref.celery
from modelref.celery import task
from modelref.celery.checks import check_app
from modelref.checks import check_managers, check_settings
from tests.shop.models import Notice, Order


class TestSettings:
    """The dict `MODELREF`."""

    @pytest.mark.parametrize(
        ("value", "number", "says"),
        [
            ([], 1, "not a dict"),
            ({"MANAGERS": "objects"}, 2, "has no setting 'MANAGERS'"),
            ({"MANAGER": 5}, 3, "int, not the name of a manager"),
            ({"MANAGER": "not a name"}, 3, "not the name of a manager"),
            ({"RENAMED": ["shop.order"]}, 4, "not a dict"),
            ({"RENAMED": {"order": "shop.order"}}, 4, "'order', which is no label"),
            ({"RENAMED": {"shop.purchase": "shop.nothing"}}, 4, "'shop.nothing'"),
            ({"MODELS": "shop.order"}, 5, "not a list"),
            ({"MODELS": ["shop.ordre"]}, 5, "'shop.ordre', which is no installed model"),
            ({"PICKLE_ALLOW": "decimal.Decimal"}, 7, "not a list"),
            ({"PICKLE_ALLOW": ["decimal.Decimla"]}, 7, "'decimal.Decimla', which cannot be imp"),
            ({"PICKLE_ALLOW": ["nothing.Decimal"]}, 7, "'nothing.Decimal', which cannot be imp"),
            ({"PICKLE_ALLOW": ["Decimal"]}, 7, "'Decimal', which cannot be imported"),
            ({"PICKLE_ALLOW": [Decimal]}, 7, "which cannot be imported"),
            ({"PICKLE_ALLOW": ["string.digits"]}, 7, "'string.digits', which cannot be"),
        ],
    )
    def test_an_error_for_each_mistake(self, settings, value, number, says):
        """With the fix in the hint."""
        settings.MODELREF = value

        [error] = check_settings()

        assert error.id == f"modelref.E{number:03}"
        assert says in error.msg
        assert error.hint

    def test_a_near_miss_is_suggested(self, settings):
        """As a spelling checker would."""
        settings.MODELREF = {"MANAGERS": "objects"}

        assert check_settings()[0].hint == "Did you mean 'MANAGER'?"

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"MANAGER": "_base_manager"},
            {"RENAMED": {"shop.purchase": "shop.Order"}, "MODELS": ["shop", "shop.order"]},
            {"MODELS": None},
            {"PICKLE_ALLOW": ["decimal.Decimal", "tests.shop.fields.Isbn"]},
        ],
    )
    def test_good_settings_pass(self, settings, value):
        """Each setting may be left out."""
        settings.MODELREF = value

        assert check_settings() == []

    def test_no_settings_pass(self):
        """The dict is optional."""
        assert check_settings() == []


def test_modelref_manager_has_to_name_a_manager(monkeypatch):
    """Of the model that says so."""
    assert check_managers() == []
    monkeypatch.setattr(Notice, "modelref_manager", "nobody")

    [error] = check_managers()

    assert (error.id, error.obj) == ("modelref.E006", Notice)


class TestApps:
    """What in an app keeps references from travelling."""

    @pytest.fixture
    def app(self) -> Celery:
        """An app of its own."""
        return Celery("checked", set_as_current=False, broker="memory://")

    def messages(self, app: Any) -> list[str]:
        """Return the checks of this app's own tasks and settings."""
        found = check_app(lambda: app.modelref)
        return [f"{each.id} {each.msg}" for each in found if "tests." not in each.msg]

    @pytest.mark.django_db(databases="__all__")
    def test_setup_registers_them(self, app):
        """`manage.py check` runs them."""
        app.conf.task_serializer = "yaml"
        modelref.celery.setup(app)
        _ = app.conf.task_serializer

        assert "modelref.W004" in {each.id for each in run_checks()}

    def test_an_explicit_serializer_that_was_overridden(self, app):
        """It names the setting and its value."""
        app.conf.task_serializer = "yaml"
        app.conf.result_serializer = "modelref-json"
        modelref.celery.setup(app)

        [message] = self.messages(app)

        assert message.startswith("modelref.W004 task_serializer = 'yaml' was overridden with ")

    def test_a_task_with_another_serializer(self, app):
        """It cannot stand in one canvas with the others."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.other", serializer="json")(lambda_of())

        [message] = self.messages(app)

        assert message.startswith("modelref.W003 checked.other has the serializer 'json'")

    def test_a_task_whose_serializer_is_not_accepted(self, app):
        """Workers would drop its messages."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.pickled", serializer="pickle")(lambda_of())

        assert any("W002 checked.pickled is sent as 'pickle'" in m for m in self.messages(app))

    def test_a_plain_app_has_nothing_to_say(self, app):
        """No task, no setting, no message."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.good")(lambda_of(Order))

        assert self.messages(app) == []

    def test_importing_the_tasks_does_not_run_the_checks_again(self, app):
        """Celery would, on every database; this test has none."""
        modelref.celery.setup(app)

        assert check_app(lambda: app.modelref) is not None


def lambda_of(annotation: Any = None) -> Any:
    """Return a function of one parameter."""

    def function(value: Any) -> None:
        """Do nothing."""

    function.__annotations__["value"] = annotation or Any
    return function
