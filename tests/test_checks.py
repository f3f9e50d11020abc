"""System checks: what is wrong with the settings, the models, the app and its tasks."""

from decimal import Decimal
from typing import Any

import pytest
from celery import Celery, shared_task
from django.core.checks import run_checks
from pytest_django import Settings

import modelref.celery
from modelref.celery import task
from modelref.celery.checks import check_app
from modelref.checks import check_managers, check_settings
from tests.shop.models import Notice, Order


@shared_task(serializer="json")
def plain_and_shared() -> None:
    """Be a task of a project that says how it is sent."""


class TestSettings:
    """The dict `MODELREF`."""

    @pytest.mark.parametrize(
        ("value", "number", "says"),
        [
            ([], 1, "not a dict"),
            ({"MANAGERS": "objects"}, 2, "has no setting 'MANAGERS'"),
            ({"MANAGER": 5}, 3, "int, not the name of a manager"),
            ({"MANAGER": "not a name"}, 3, "not the name of a manager"),
            ({"MANAGER": "_base_managr"}, 3, "'_base_managr', which no model has"),
            ({"RENAMED": ["shop.order"]}, 4, "not a dict"),
            ({"RENAMED": {"order": "shop.order"}}, 4, "'order', which is no label"),
            ({"RENAMED": {"shop.purchase": "shop.nothing"}}, 4, "'shop.nothing'"),
            ({"RENAMED": {"shop.models.Buy": "shop.order"}}, 4, "'shop.order', which is no model"),
            ({"RENAMED": {"shop.models.Buy": "decimal.Decimal"}}, 4, "which is no model class"),
            ({"RENAMED": {"shop.models.Buy": None}}, 4, "None, which is no model class"),
            ({"RENAMED": {"shop.models.Buy": "tests.shop.models.Order"}}, 4, "only imports it"),
            ({"MODELS": "shop.order"}, 5, "not a list"),
            ({"MODELS": ["shop.ordre"]}, 5, "'shop.ordre', which is no installed model"),
            ({"ON_COMMIT": "yes"}, 8, "str, not True or False"),
            ({"ON_COMMIT": None}, 8, "NoneType, not True or False"),
            ({"PICKLE_ALLOW": "decimal.Decimal"}, 7, "not a list"),
            ({"PICKLE_ALLOW": ["decimal.Decimla"]}, 7, "'decimal.Decimla', which cannot be imp"),
            ({"PICKLE_ALLOW": ["nothing.Decimal"]}, 7, "'nothing.Decimal', which cannot be imp"),
            ({"PICKLE_ALLOW": ["Decimal"]}, 7, "'Decimal', which cannot be imported"),
            ({"PICKLE_ALLOW": [Decimal]}, 7, "which cannot be imported"),
            ({"PICKLE_ALLOW": ["string.digits"]}, 7, "'string.digits', which cannot be"),
        ],
    )
    def test_an_error_for_each_mistake(
        self, settings: Settings, value: Any, number: int, says: str
    ) -> None:
        """With the fix in the hint."""
        settings.MODELREF = value

        [error] = check_settings()

        assert error.id == f"modelref.E{number:03}"
        assert says in error.msg
        assert error.hint

    def test_a_near_miss_is_suggested(self, settings: Settings) -> None:
        """As a spelling checker would."""
        settings.MODELREF = {"MANAGERS": "objects"}

        assert check_settings()[0].hint == "Did you mean 'MANAGER'?"

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"MANAGER": "_base_manager"},
            {"RENAMED": {"shop.purchase": "shop.Order"}, "MODELS": ["shop", "shop.order"]},
            {"RENAMED": {"shop.models.Buy": "tests.shop.models.sales.Order"}},
            {"MODELS": None, "ON_COMMIT": True},
            {"PICKLE_ALLOW": ["decimal.Decimal", "tests.shop.fields.Isbn"]},
        ],
    )
    def test_good_settings_pass(self, settings: Settings, value: Any) -> None:
        """Each setting may be left out."""
        settings.MODELREF = value

        assert check_settings() == []

    def test_no_settings_pass(self) -> None:
        """The dict is optional."""
        assert check_settings() == []


def test_modelref_manager_has_to_name_a_manager(monkeypatch: pytest.MonkeyPatch) -> None:
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
        found = check_app(lambda: vars(app)["modelref"])
        return [f"{each.id} {each.msg}" for each in found if "tests." not in each.msg]

    @pytest.mark.django_db(databases="__all__")
    def test_setup_registers_them(self, app: Celery) -> None:
        """`manage.py check` runs them."""
        app.conf.task_serializer = "yaml"
        modelref.celery.setup(app)
        _ = app.conf.task_serializer

        assert "modelref.W004" in {each.id for each in run_checks()}

    def test_an_explicit_serializer_that_was_overridden(self, app: Celery) -> None:
        """It names the setting and its value."""
        app.conf.task_serializer = "yaml"
        app.conf.result_serializer = "modelref-json"
        modelref.celery.setup(app)

        [message] = self.messages(app)

        assert message.startswith("modelref.W004 task_serializer = 'yaml' was overridden with ")

    def test_a_task_with_another_serializer(self, app: Celery) -> None:
        """It cannot stand in one canvas with the others."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.other", serializer="json")(lambda_of())

        [message] = self.messages(app)

        assert message.startswith("modelref.W003 checked.other has the serializer 'json'")

    def test_a_plain_task_with_another_serializer(self, app: Celery) -> None:
        """A pk may be all that it takes; it still changes what a canvas travels in."""
        modelref.celery.setup(app)
        app.task(shared=False, name="checked.plain", serializer="json")(lambda_of())

        [message] = self.messages(app)

        assert message.startswith("modelref.W003 checked.plain has the serializer 'json'")

    def test_a_shared_task_with_another_serializer(self, app: Celery) -> None:
        """It is a task of every app."""
        modelref.celery.setup(app)

        found = [
            each.msg
            for each in check_app(lambda: vars(app)["modelref"])
            if each.id == "modelref.W003"
        ]

        assert (
            f"{plain_and_shared.name} has the serializer 'json', the app 'modelref-json'." in found
        )

    def test_a_task_whose_serializer_is_not_accepted(self, app: Celery) -> None:
        """Workers would drop its messages."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.pickled", serializer="pickle")(lambda_of())

        assert any("W002 checked.pickled is sent as 'pickle'" in m for m in self.messages(app))

    @pytest.mark.parametrize("serializer", ["json", "yaml"])
    def test_extended_results_without_references(self, app: Celery, serializer: str) -> None:
        """In the first release of a roll-out the arguments are references already."""
        app.conf.update(result_extended=True, result_serializer=serializer)
        modelref.celery.setup(app, send=False)

        [message] = self.messages(app)

        assert message.startswith("modelref.W005 result_extended keeps arguments with results")
        assert repr(serializer) in message

    def test_extended_results_where_it_was_chosen_later(self, app: Celery) -> None:
        """After `setup` has made its choice."""
        modelref.celery.setup(app)
        assert app.conf.result_serializer == "modelref-json"
        app.conf.update(result_extended=True, result_serializer="json")

        assert [message[:13] for message in self.messages(app)] == ["modelref.W005"]

    @pytest.mark.parametrize("serializer", ["modelref-json", "modelref-yaml", "pickle"])
    def test_extended_results_that_carry_references(self, app: Celery, serializer: str) -> None:
        """Those of pickle, too: a reference can be pickled."""
        app.conf.update(result_extended=True, result_serializer=serializer)
        modelref.celery.setup(app, send=False)

        assert self.messages(app) == []

    def test_a_plain_app_has_nothing_to_say(self, app: Celery) -> None:
        """No task, no setting, no message."""
        modelref.celery.setup(app)
        task(app=app, shared=False, name="checked.good")(lambda_of(Order))

        assert self.messages(app) == []

    def test_importing_the_tasks_does_not_run_the_checks_again(self, app: Celery) -> None:
        """Celery would, on every database; this test has none."""
        modelref.celery.setup(app)

        assert check_app(lambda: vars(app)["modelref"]) is not None


def lambda_of(annotation: Any = None) -> Any:
    """Return a function of one parameter."""

    def function(value: Any) -> None:
        """Do nothing."""

    function.__annotations__["value"] = annotation or Any
    return function
