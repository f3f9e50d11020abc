"""`setup(app)`: one line, before or after everything else, once or twice."""

import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from celery.app.control import Control

from modelref.celery import RefTask, setup
from tests.shop.models import Order

JSON = "modelref-json"


@pytest.fixture
def app() -> Celery:
    """An app with nothing configured."""
    return Celery("set up", set_as_current=False, broker="memory://", backend="cache+memory://")


class Watched(Control):
    """A project's own remote control."""


def serializers(app: Any) -> tuple[str, str]:
    """Return what tasks and results are sent as."""
    return app.conf.task_serializer, app.conf.result_serializer


class TestWhen:
    """Whatever was made before or after it."""

    def test_before_the_app_is_configured(self, app: Celery) -> None:
        """As in most projects: right after `app = Celery(...)`."""
        setup(app)
        app.config_from_object({"accept_content": ["yaml"], "result_accept_content": ("json",)})

        assert serializers(app) == (JSON, JSON)
        assert app.conf.accept_content == ["yaml", JSON]
        assert app.conf.result_accept_content == ["json", JSON]

    def test_after_the_app_is_configured(self, app: Celery) -> None:
        """Something has read a setting."""
        assert app.conf.task_serializer == "json"

        setup(app)

        assert serializers(app) == (JSON, JSON)
        assert app.conf.accept_content == ["json", JSON]

    def test_after_tasks_are_bound(self, app: Celery) -> None:
        """`Task.bind` has frozen the serializer."""
        made = app.task(name="bound")(lambda_free)
        assert made.serializer == "json"

        setup(app)

        assert made.serializer == JSON
        assert app.tasks["celery.map"].serializer == JSON

    def test_after_the_back_end_is_made(self, app: Celery) -> None:
        """Which keeps what it saw first."""
        assert app.backend.serializer == "json"

        setup(app)

        assert app.backend.serializer == JSON
        assert "application/x-modelref+json" in app.backend.accept

    def test_after_a_message_was_sent(self, app: Celery) -> None:
        """The sender keeps the serializer as well."""
        app.send_task("any")

        setup(app)

        with app.connection_for_write() as connection:
            queue = app.amqp.queues["celery"].bind(connection.default_channel)
            queue.purge()
            app.send_task("any")
            assert queue.get(no_ack=True).content_type == "application/x-modelref+json"

    def test_after_remote_control_was_used(self, app: Celery) -> None:
        """It goes on in JSON."""
        _ = app.control.mailbox

        setup(app)

        assert app.control.mailbox.serializer == "modelref-control"

    @pytest.mark.parametrize("control", [Watched, f"{__name__}:Watched"], ids=["class", "its name"])
    def test_with_a_control_class_of_its_own(self, control: Any) -> None:
        """The project's remote control speaks JSON as Celery's does."""
        app = Celery("watched", set_as_current=False, broker="memory://", control=control)

        setup(app)

        assert type(app.control) is Watched
        assert app.control.mailbox.serializer == "modelref-control"

    def test_before_the_settings_are_read_again(self, app: Celery) -> None:
        """A second `config_from_object` does not undo it."""
        setup(app)
        _ = app.conf.task_serializer
        app.config_from_object({"timezone": "Europe/Berlin"})

        assert serializers(app) == (JSON, JSON)

    def test_twice_is_as_good_as_once(self, app: Celery) -> None:
        """Nothing is added twice."""
        setup(app)
        setup(app)

        assert app.conf.accept_content == ["json", JSON]
        assert len(app.on_after_configure.receivers) == 1


class TestAcceptOnly:
    """`setup(app, send=False)`, the first release of a roll-out."""

    def test_it_accepts_and_sends_as_before(self, app: Celery) -> None:
        """Tasks, results and remote control."""
        setup(app, send=False)

        assert serializers(app) == ("json", "json")
        assert JSON in app.conf.accept_content

    def test_the_next_release_sends(self, app: Celery) -> None:
        """Both lines in one program are the second."""
        setup(app, send=False)
        setup(app)

        assert serializers(app) == (JSON, JSON)


def takes_task(task: Order) -> str:
    """Return the note of an order."""
    return task.note


def takes_self(self: Order) -> str:
    """Return the note of an order."""
    return self.note


def takes_way(way: Order) -> str:
    """Return the note of an order."""
    return way.note


class TestWholeProject:
    """`RefTask` as the class of all tasks."""

    def test_task_cls(self) -> None:
        """`Celery(task_cls=...)`: every task takes rows, Celery's own are left as they are."""
        app = Celery("whole", set_as_current=False, task_cls="modelref.celery:RefTask")
        made = app.task(name="whole.free")(lambda_free)

        assert isinstance(made, RefTask)
        assert set(made.unread_annotations()) == set()
        built_in: Any = app.tasks["celery.map"]
        assert built_in.__header__ is not None
        assert built_in._modelref_parameters is None

    def test_a_map_of_such_tasks(self, db: None) -> None:
        """Celery's built-in tasks carry references without converting them."""
        app = Celery("whole map", set_as_current=False, task_cls="modelref.celery:RefTask")
        app.conf.update(task_always_eager=True)
        setup(app)
        note_of = app.task(name="whole.note_of")(read_note)
        orders = [Order.objects.create(note=note) for note in "ab"]

        assert note_of.map(orders).delay().get() == ["a", "b"]

    @pytest.mark.parametrize("task_cls", ["modelref.celery:RefTask", None])
    @pytest.mark.parametrize(
        "function", [takes_task, takes_self, takes_way], ids=lambda each: each.__name__
    )
    def test_a_parameter_may_have_any_name(
        self, db: None, task_cls: str | None, function: Callable[..., Any]
    ) -> None:
        """`task` too, which is no business of the library's own functions."""
        app = Celery("names", set_as_current=False, task_cls=task_cls)
        app.conf.update(task_always_eager=True)
        setup(app)
        made = app.task(base=RefTask, name="names.note_of", shared=False)(function)
        order = Order.objects.create(note="gift")

        assert made.delay(order).get() == made.s(order).apply().get() == made(order) == "gift"
        [name] = inspect.signature(function).parameters
        assert made.apply_async(kwargs={name: order}).get() == "gift"

    def test_the_app_can_still_be_pickled(self, app: Celery) -> None:
        """Celery ships apps to other processes on some platforms."""
        setup(app)

        assert pickle.loads(pickle.dumps(app)).main == "set up"


def lambda_free(value: int) -> int:
    """Return what is given."""
    return value


def read_note(order: Order) -> str:
    """Return the note of an order."""
    return order.note


def test_a_base_that_is_no_ref_task_is_refused(app: Celery) -> None:
    """When the task is defined."""
    from celery import Task

    from modelref.celery import task

    with pytest.raises(TypeError, match="derive it from modelref.celery.RefTask"):
        task(base=Task, app=app)(lambda_free)


@pytest.mark.parametrize("options", [{}, {"bind": True}])
def test_a_class_that_is_decorated_is_refused(options: dict[str, Any], app: Celery) -> None:
    """By its name, with what to do instead."""
    from modelref.celery import task

    class Packing:
        pass

    with pytest.raises(TypeError, match="Packing is a class: decorate a function, or derive"):
        task(app=app, **options)(Packing)
