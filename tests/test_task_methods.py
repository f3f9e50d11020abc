"""`task_method`: what a method of a model that is a task is, to Python, to Django and to Celery."""

import copy
import inspect
import json
import pickle
import sys
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property, partial, wraps
from typing import Any

import pytest
from celery import Celery, chain, chord, current_app, shared_task
from django.apps import apps
from django.contrib.admin.utils import label_for_field
from django.db import connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.template import Context, Engine
from django.test.utils import isolate_apps
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from modelref import is_reference, is_resolved, reference
from modelref.celery import Load, RefTask, setup, task_method
from modelref.errors import ArgumentMismatch, UnsavedInstance
from tests.queues import Queue
from tests.shop.models import (
    Consignment,
    Crate,
    FragileConsignment,
    Order,
    Parcel,
    RushConsignment,
    Shippable,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)

#: What Python makes of an error that a descriptor raises while its class is made.
WHILE_THE_CLASS_IS_MADE = TypeError if sys.version_info >= (3, 12) else RuntimeError


@pytest.fixture(autouse=True)
def app() -> Iterator[Celery]:
    """The current app, which runs what is sent at once."""
    previous = current_app._get_current_object()
    app = Celery("methods", set_as_current=False, broker="memory://", backend="cache+memory://")
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    setup(app)
    app.set_current()
    yield app
    previous.set_current()


@pytest.fixture
def consignment() -> Consignment:
    """A consignment in the database."""
    return Consignment.objects.create(pk=5, label="glass")


@pytest.fixture
def rows() -> tuple[Order, Parcel]:
    """An order and a parcel."""
    return Order.objects.create(pk=1, note="gift"), Parcel.objects.create(pk=2)


class Local(models.Model):
    """Abstract base of the models that a test makes."""

    class Meta:
        abstract = True
        app_label = "shop"


@pytest.fixture
def isolated() -> Iterator[None]:
    """Models that a test makes are in no registry after it."""
    with isolate_apps("tests.shop"):
        yield


class TestCalls:
    """How a method is called, and what its body gets."""

    def test_a_call_is_a_plain_call(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """Nothing is read, nothing is converted, nothing is checked."""
        order, parcel = rows

        with queries():
            got = consignment.dispatch(order, parcel=parcel, note="n")

        assert got == {
            "kinds": ["Consignment", "Order", "Parcel"],
            "notes": ["glass", "gift", "n"],
        }
        assert Consignment(label="unsaved").describe("x") == ["Consignment", "unsaved", "x"]

    def test_a_call_on_the_class_is_a_plain_call(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """As of any function of a class."""
        assert Consignment.dispatch(consignment, *rows) == consignment.dispatch(*rows)

    def test_the_body_gets_the_instance_as_it_is_now(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """`self` is the instance, read anew and together with the other rows of its model."""
        consignment.label = "never saved"

        with queries(default=3):
            got = consignment.dispatch.delay(*rows, note="n").get()

        assert got == {
            "kinds": ["Consignment", "reference", "Parcel"],
            "notes": ["glass", "gift", "n"],
        }

    def test_self_and_another_row_of_its_model_are_one_query(
        self, consignment: Consignment
    ) -> None:
        """They are arguments of one call."""
        other = Consignment.objects.create(label="china")

        with queries(default=1):
            got = consignment.load_on.delay(other).get()

        assert got == ["glass", "china"]

    @pytest.mark.parametrize(
        "send",
        [
            lambda bound: bound.delay("a", "b"),
            lambda bound: bound.apply_async(("a", "b")),
            lambda bound: bound.apply(("a", "b")),
            lambda bound: bound.s("a", "b").delay(),
            lambda bound: bound.s("b").delay("a"),
            lambda bound: bound.si("a", "b").apply_async(),
            lambda bound: bound.signature(("a", "b"), immutable=True).delay(),
            lambda bound: bound.subtask(args=("a", "b")).delay(),
            lambda bound: bound.delay_on_commit("a", "b"),
            lambda bound: bound.apply_async_on_commit(("a", "b")),
        ],
    )
    def test_every_way_to_send_it_brings_the_instance(
        self, consignment: Consignment, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """None of them has to be told."""
        got = []
        monkeypatch.setattr(Shippable.describe, "_function", lambda self, *words: got.append(words))

        send(consignment.describe)

        assert got == [("a", "b")]

    def test_keywords_reach_the_method(self, consignment: Consignment) -> None:
        """Also those that other methods of Celery have as parameters of their own."""
        weights = {"instance": 1, "method": 2, "args": 3, "kwargs": 4, "task": 5, "name": 6}

        assert consignment.weigh.delay(**weights).get() == weights
        assert consignment.weigh.si(**weights).delay().get() == weights
        assert consignment.weigh.apply_async(kwargs=weights).get() == weights

    def test_the_keyword_of_the_instance_is_taken(self, consignment: Consignment) -> None:
        """Nobody replaces the instance by accident."""
        with pytest.raises(TypeError, match="weigh.. got 'modelref_self'"):
            consignment.weigh.delay(modelref_self=1)

    @pytest.mark.parametrize(
        ("args", "says"),
        [
            ((), "dispatch.. missing 2 required positional arguments: 'order' and 'parcel'"),
            ((1, 2, "n", "more"), "dispatch.. takes from 2 to 3 positional arguments"),
        ],
    )
    def test_too_few_and_too_many_arguments_are_refused_at_the_call(
        self, consignment: Consignment, args: tuple[Any, ...], says: str
    ) -> None:
        """The error names the method."""
        with pytest.raises(TypeError, match=says):
            consignment.dispatch.delay(*args)

    def test_arguments_are_counted_below_a_decorator(self, consignment: Consignment) -> None:
        """`transaction.atomic` takes whatever it is given, the method does not."""
        with pytest.raises(TypeError, match="pack.. takes 0 positional arguments"):
            consignment.pack.delay(1)  # type: ignore[modelref-call]  # what is tested

    def test_a_mismatch_is_refused_at_the_call(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """As for any task: it names task, parameter, expected and given."""
        says = "models.consignments.Consignment.dispatch: parameter 'parcel' takes 'Parcel'"
        with pytest.raises(ArgumentMismatch, match=says):
            consignment.dispatch.delay(rows[0], rows[0])  # type: ignore[modelref-call]  # what is tested

    def test_an_unsaved_instance_is_refused_at_the_call(self) -> None:
        """There is no row to run on."""
        with pytest.raises(UnsavedInstance, match="Consignment.pack: .*not in the database"):
            Consignment().pack.delay()

    def test_the_instance_is_fixed_at_the_call(self, consignment: Consignment) -> None:
        """As any reference is."""
        signature = consignment.describe.s()
        consignment.pk = 77

        assert signature.delay().get() == ["Consignment", "glass"]

    def test_a_result_is_a_reference(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """A method may return rows."""
        got = consignment.next.delay("glass").get()

        assert is_reference(got)
        assert got == consignment

    @pytest.mark.django_db(databases=ALIASES, transaction=True)
    def test_a_decorator_below_is_part_of_the_body(self, consignment: Consignment) -> None:
        """The method runs in the transaction that `transaction.atomic` opens."""
        assert not connection.in_atomic_block

        assert consignment.pack()
        assert consignment.pack.delay().get()

    def test_what_travels_is_a_keyword(self, memory_queue: Queue, consignment: Consignment) -> None:
        """No result of a chain comes before it."""
        consignment.describe.delay("a")

        args, kwargs, _ = json.loads(memory_queue.take().body)
        assert args == ["a"]
        assert kwargs == {"modelref_self": {"__modelref__": ["shop.consignment", 5]}}

    def test_a_canvas_in_eager_mode_is_as_in_a_worker(self, consignment: Consignment) -> None:
        """The result comes after `self`."""
        other = Consignment.objects.create(label="china")

        assert chain(consignment.next.s("china"), consignment.load_on.s()).apply().get() == [
            "glass",
            "china",
        ]
        marks = [each.mark.s(text) for each, text in ((consignment, "a"), (other, "b"))]  # type: ignore[modelref-call]  # no Status
        assert chord(marks)(other.gather.s()).get() == [
            "china",
            "glass: a",
            "china: b",
        ]

    def test_a_message_with_a_bare_key_is_taken(self, consignment: Consignment) -> None:
        """The instance is a parameter of the task like any other."""
        assert Consignment.pack.task.delay(modelref_self=5).get()

    def test_a_lazy_object_is_the_instance_in_it(self, consignment: Consignment) -> None:
        """`request.user.notify.delay()` works."""
        lazy = SimpleLazyObject(lambda: consignment)

        assert lazy.describe.delay("a").get() == ["Consignment", "glass", "a"]


class TestReferences:
    """Methods of references."""

    @pytest.mark.parametrize(
        "send",
        [
            lambda bound: bound.delay("a"),
            lambda bound: bound.apply_async(("a",)),
            lambda bound: bound.si("a").delay(),
            lambda bound: bound.s("a").delay(),
            lambda bound: bound.delay_on_commit("a"),
        ],
    )
    @pytest.mark.parametrize("model", [Consignment, FragileConsignment, RushConsignment, Crate])
    def test_sending_reads_nothing(
        self, memory_queue: Queue, model: Any, send: Callable[..., Any]
    ) -> None:
        """What travels is known without the row."""
        ref = reference(model, 5)

        with queries():
            send(ref.describe)

        assert not is_resolved(ref)
        _, kwargs, _ = json.loads(memory_queue.take().body)
        assert kwargs == {"modelref_self": {"__modelref__": [model._meta.label_lower, 5]}}

    def test_looking_at_a_method_reads_nothing(self) -> None:
        """Its name, its text, its task."""
        ref = reference(Consignment, 5)

        with queries():
            assert repr(ref.pack) == "<bound task_method Consignment.pack of shop.consignment pk=5>"
            assert ref.pack.__name__ == "pack"
            assert ref.pack.task is Consignment.pack.task
            assert ref.pack == ref.pack

    def test_a_plain_call_reads_at_first_use(self, consignment: Consignment) -> None:
        """The body runs on the reference."""
        ref = reference(Consignment, 5)

        with queries(default=1):
            assert ref.describe("a") == ["reference", "glass", "a"]

    def test_the_method_of_a_loaded_reference_is_the_same(self, consignment: Consignment) -> None:
        """What a reference is in changes nothing."""
        ref = reference(Consignment, 5)
        assert ref.label == "glass"

        assert ref.describe.delay("a").get() == ["Consignment", "glass", "a"]

    def test_the_alias_travels(self, memory_queue: Queue) -> None:
        """The row is that of the reference."""
        reference(Consignment, 5, using="eu").pack.delay()

        _, kwargs, _ = json.loads(memory_queue.take().body)
        assert kwargs == {"modelref_self": {"__modelref__": ["shop.consignment", 5, "eu"]}}

    def test_a_plain_method_of_a_child_reads_as_ever(self) -> None:
        """The child's own `pack` is no task."""
        FragileConsignment.objects.create(pk=5)
        ref = reference(FragileConsignment, 5)

        with queries(default=1):
            _ = ref.pack

        assert is_resolved(ref)

    def test_a_name_of_the_task_is_no_name_of_the_reference(self, consignment: Consignment) -> None:
        """A reference has no more names than its model."""
        with pytest.raises(AttributeError), queries(default=1):
            _ = reference(Consignment, 5).delay  # type: ignore[attr-defined]  # what is tested

    def test_a_template_calls_the_method(self, consignment: Consignment) -> None:
        """As of an instance."""
        template = Engine().from_string("{{ consignment.describe }}")

        shown = template.render(Context({"consignment": reference(Consignment, 5)}))

        assert "glass" in shown


class TestInheritance:
    """A method runs on the class of the row that was sent."""

    @pytest.mark.parametrize("model", [Consignment, RushConsignment, Crate])
    def test_the_body_gets_an_instance_of_the_class_that_was_sent(self, model: Any) -> None:
        """A method of an abstract model, on a child and on its proxy."""
        row = model.objects.create(label="glass")

        assert row.describe.delay().get() == [model.__name__, "glass"]
        assert reference(model, row.pk).describe.delay().get() == [model.__name__, "glass"]

    def test_a_method_of_the_parent_gets_the_child(self, rows: tuple[Order, Parcel]) -> None:
        """With multi-table inheritance, too."""
        row = FragileConsignment.objects.create(label="glass")

        got = row.dispatch.delay(*rows).get()

        assert got["kinds"][0] == "FragileConsignment"

    def test_there_is_one_task_for_all(self) -> None:
        """The one of the class that defines the method."""
        assert Crate.describe.task.name == Shippable.describe.task.name
        assert FragileConsignment.dispatch.task.name == Consignment.dispatch.task.name

    def test_a_task_method_that_overrides_is_a_task_of_its_own(self) -> None:
        """The child's runs for the child; `super()` in it is a plain call."""
        child = FragileConsignment.objects.create(pk=5, label="glass")

        assert child.describe.delay("a").get() == ["FragileConsignment", "glass", "a", "fragile"]
        assert Consignment.objects.get().describe.delay("a").get() == ["Consignment", "glass", "a"]

    def test_what_was_looked_up_at_the_call_runs(self) -> None:
        """A task that `super()` gave is the parent's method, on the child, and never comes back.

        The class of the instance has had its say when `child.pack` was looked up.
        """
        child = FragileConsignment.objects.create(pk=5, label="glass")

        assert child.pack() is False
        assert super(FragileConsignment, child).pack.delay().get() is True
        assert super(FragileConsignment, child).describe.delay().get() == [
            "FragileConsignment",
            "glass",
        ]

    def test_a_method_that_overrides_without_a_decorator_is_no_task(self) -> None:
        """It is what it says: a method."""
        with pytest.raises(AttributeError, match="delay"):
            _ = FragileConsignment(pk=5).pack.delay  # type: ignore[attr-defined]  # what is tested

    def test_a_row_of_the_parent_is_no_row_of_the_child(self, consignment: Consignment) -> None:
        """The task of the child's method says so."""
        method: Any = FragileConsignment.describe
        bound = method.__get__(consignment)

        with pytest.raises(ArgumentMismatch, match="takes FragileConsignment, got a row of Con"):
            bound.delay()


def anything(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take whatever the function takes, and say what it is."""

    @wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return inner


def blunt(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take whatever the function takes."""
    return lambda *args, **kwargs: function(*args, **kwargs)


@shared_task
def plain_task() -> None:
    """Be a task already."""


class TestDefinition:
    """What may be a task method, and what its task is."""

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            (staticmethod(blunt), "not a staticmethod"),
            (classmethod(blunt), "not a classmethod"),
            (property(blunt), "not a property"),
            (cached_property(blunt), "not a cached_property"),
            (task_method(blunt), "not a TaskMethod"),
            (plain_task, "not a Proxy"),
            (partial(blunt), "not a partial"),
            (Crate, "not a ModelBase"),
            ("describe", "not a str"),
            (lambda: None, "takes the instance first"),
            (lambda **kwargs: None, "takes the instance first"),
            (lambda self, modelref_self: None, "'modelref_self' is how the instance travels"),
        ],
    )
    def test_what_is_no_method_of_an_instance_is_refused(self, given: Any, says: str) -> None:
        """At once."""
        with pytest.raises(TypeError, match=says):
            task_method(given)

    def test_bind_is_refused(self) -> None:
        """There is another way to the running task."""
        with pytest.raises(TypeError, match="celery.current_task"):
            task_method(bind=True)  # type: ignore[call-overload]  # what is tested

    def test_a_base_that_is_none_is_refused(self, isolated: None) -> None:
        """As for any task."""
        with pytest.raises(WHILE_THE_CLASS_IS_MADE) as caught:

            class Barrel(Local):
                roll = task_method(base=int)(anything)

        assert "RefTask" in str(caught.value.__cause__ or caught.value)

    def test_a_class_that_is_no_model_is_refused(self) -> None:
        """A mixin is an abstract model."""
        with pytest.raises(WHILE_THE_CLASS_IS_MADE) as caught:

            class Rolling:
                roll = task_method(anything)

        assert "Rolling.roll: @task_method is for methods of models" in str(
            caught.value.__cause__ or caught.value
        )

    @pytest.mark.parametrize("above", [transaction.atomic, anything, method_decorator(anything)])
    def test_a_decorator_above_is_refused(self, isolated: None, above: Callable[..., Any]) -> None:
        """It would hide the task from the class; one that uses `functools.wraps` is noticed."""
        with pytest.raises(TypeError, match="outermost decorator of .*roll: write it above"):

            class Barrel(Local):
                @above
                @task_method
                def roll(self) -> None: ...

    @pytest.mark.parametrize("above", [blunt, property, cached_property, classmethod, staticmethod])
    def test_a_decorator_above_that_says_nothing_is_refused_at_the_call(
        self, isolated: None, above: Callable[..., Any]
    ) -> None:
        """There is nothing to notice it by before that."""

        class Barrel(Local):
            @above
            @task_method
            def roll(self) -> None: ...

        with pytest.raises(TypeError, match="outermost decorator of .*roll: write it above"):
            Barrel.roll(Barrel()) if above in {blunt, staticmethod} else Barrel().roll()

    def test_its_task_is_named_after_its_class(self) -> None:
        """So that methods of one name, in one module, are several tasks."""
        assert Shippable.describe.task.name == "tests.shop.models.consignments.Shippable.describe"
        assert (
            FragileConsignment.describe.task.name
            == "tests.shop.models.consignments.FragileConsignment.describe"
        )

    def test_a_name_can_be_given(self) -> None:
        """It is all of the name."""
        assert Consignment.weigh.task.name == "shop.weigh"

    def test_it_is_a_task_of_each_app(self) -> None:
        """As `shared_task` makes them."""
        other = Celery("another", set_as_current=False)

        assert other.tasks["shop.weigh"].app is other

    def test_it_is_made_at_once_where_the_app_is_finalized(
        self, app: Celery, isolated: None
    ) -> None:
        """In the middle of the class statement, where the model has no options yet."""
        app.finalize()

        class Barrel(Local):
            @task_method(app=app, load={"self": Load(for_update=True)}, on_missing="none")
            def roll(self, on: "Barrel | None" = None) -> str:
                return type(self).__name__

        assert Barrel.roll.task.name in app.tasks
        assert Barrel.roll.task.unread_annotations() == {}
        with pytest.raises(ArgumentMismatch, match="takes 'Barrel | None', got a value of type"):
            Barrel.roll.task.delay("x", modelref_self=1)

    def test_options_are_those_of_a_task(self, app: Celery, isolated: None) -> None:
        """A base of the project's own, retries, and so on."""

        class Loud(RefTask):
            abstract = True
            shouts = True

        class Barrel(Local):
            @task_method(app=app, base=Loud, name=None, max_retries=7, rate_limit="2/s", bind=False)
            def roll(self) -> None: ...

        task = Barrel.roll.task
        assert isinstance(task, Loud)
        assert task.name.endswith(".Barrel.roll")
        assert (task.shouts, task.max_retries, task.rate_limit) == (True, 7, "2/s")

    @pytest.mark.django_db(databases=ALIASES, transaction=True)
    def test_rows_are_read_as_load_says(self) -> None:
        """The instance goes by the name of the first parameter."""
        rows = Consignment.objects.create(label="a"), Consignment.objects.create(label="b")

        locked, own, others = rows[0].merge.delay(rows[1]).get()

        assert locked
        assert (own, others) == ([], ["log"])

    def test_a_row_that_may_be_none_is_no_instance(self, consignment: Consignment) -> None:
        """A body that has no `self` does not run."""
        gone = reference(Consignment, 99)

        assert consignment.follow.delay(gone).get() is None
        with pytest.raises(Consignment.DoesNotExist, match="shop.consignment:99"):
            gone.follow.delay(consignment)

    def test_a_load_for_no_parameter_is_refused(self) -> None:
        """The error names the parameters as they are written."""
        with pytest.raises(ValueError, match=r"the method takes self, on\. Did you mean 'self'"):

            @task_method(load={"slef": Load()})  # type: ignore[modelref-load]  # what is tested
            def roll(self: Any, on: str) -> None: ...

    def test_a_second_name_is_the_same_task(self, app: Celery, isolated: None) -> None:
        """In the class itself, and in one below."""

        class Barrel(Local):
            @task_method(app=app)
            def roll(self) -> None: ...

            turn = roll

        class Cask(Barrel):
            spin = Barrel.roll

        assert Barrel.turn is Cask.spin is Barrel.roll
        assert Barrel.turn.task.name.endswith("Barrel.roll")

    def test_a_method_of_another_class_is_refused(self, app: Celery, isolated: None) -> None:
        """Its task takes rows of the first."""
        with pytest.raises(WHILE_THE_CLASS_IS_MADE) as caught:

            class Barrel(Local):
                pack = Consignment.pack

        assert "is the method of another class already" in str(
            caught.value.__cause__ or caught.value
        )

    def test_a_function_serves_several_classes(self, app: Celery, isolated: None) -> None:
        """Each has a task of it."""

        def roll(self: Any, *args: Any) -> str:
            return type(self).__name__

        class Barrel(Local):
            roll_on = task_method(app=app)(roll)

        class Cask(Local):
            roll_on = task_method(app=app)(roll)

        assert Barrel.roll_on.task.name != Cask.roll_on.task.name
        assert Barrel().roll_on() == "Barrel"

    def test_annotations_are_found(self) -> None:
        """Strings, imports under `if TYPE_CHECKING:`, and classes in the body of the class."""
        names = [name for name in current_app.tasks if "consignments" in name]

        problems = [current_app.tasks[name].unread_annotations() for name in names]

        assert len(names) > 10
        assert not any(problems)

    def test_a_class_in_the_class_is_an_annotation(
        self, consignment: Consignment, rows: tuple[Order, Parcel]
    ) -> None:
        """A row is none of it."""
        with pytest.raises(ArgumentMismatch, match="'status' takes 'Status', got a row of Order"):
            consignment.mark.delay(rows[0])  # type: ignore[modelref-call]  # what is tested

    def test_the_first_parameter_need_not_be_called_self(self, app: Celery, isolated: None) -> None:
        """Some say `this`, and a decorator says nothing."""

        class Barrel(Local):
            @task_method(app=app)
            def roll(this, where: str) -> None: ...  # noqa: N805

            @task_method(app=app)
            def turn(*args: Any, **kwargs: Any) -> None: ...

        rolled: Any = Barrel.roll.task
        assert str(inspect.signature(rolled.__header__)) == "(where, *, modelref_self)"
        assert inspect.signature(Barrel().roll).parameters.keys() == {"where"}
        assert Barrel.turn.task.name in app.tasks


class TestLooks:
    """What admins, shells and documentation see."""

    def test_the_class_has_the_method(self) -> None:
        """Name, text and signature are those of the function."""
        method: Any = Consignment.dispatch

        assert method.__name__ == "dispatch"
        assert method.__qualname__ == "Consignment.dispatch"
        assert method.__module__ == "tests.shop.models.consignments"
        assert method.__doc__ == "Tell what arrived."
        assert list(inspect.signature(method).parameters) == ["self", "order", "parcel", "note"]
        assert inspect.isroutine(method)
        assert inspect.isfunction(inspect.unwrap(method))
        assert repr(method) == "<task_method tests.shop.models.consignments.Consignment.dispatch>"

    def test_the_instance_has_the_method(self, consignment: Consignment) -> None:
        """The same without `self`, and no field of the row."""
        method: Any = consignment.dispatch

        assert (method.__name__, method.__doc__) == ("dispatch", "Tell what arrived.")
        assert method.__module__ == "tests.shop.models.consignments"
        assert list(inspect.signature(method).parameters) == ["order", "parcel", "note"]
        assert repr(method) == "<bound task_method Consignment.dispatch of shop.consignment pk=5>"

    @pytest.mark.parametrize("name", ["delay", "apply_async", "s", "si", "delay_on_commit"])
    def test_the_class_cannot_send(self, name: str) -> None:
        """There is no instance."""
        with pytest.raises(AttributeError, match=f"on an instance, instance.pack.{name}"):
            getattr(Consignment.pack, name)

    @pytest.mark.parametrize("name", ["map", "starmap", "chunks", "retry"])
    def test_what_the_task_alone_can_do_is_with_the_task(
        self, consignment: Consignment, name: str
    ) -> None:
        """The class and the instance lack it."""
        assert hasattr(Consignment.pack.task, name)
        assert not hasattr(Consignment.pack, name)
        assert not hasattr(consignment.pack, name)

    def test_what_is_set_on_the_method_is_there(self, consignment: Consignment) -> None:
        """As Django's admin reads it."""
        method: Any = consignment.dispatch
        label: Any = label_for_field("dispatch", Consignment)
        assert label == method.short_description == "Send it off"

    def test_methods_are_equal_as_those_of_python(self, consignment: Consignment) -> None:
        """For one instance and one method."""
        other = Consignment.objects.get()

        assert consignment.pack == consignment.pack
        assert hash(consignment.pack) == hash(consignment.pack)
        assert consignment.pack != consignment.describe
        assert consignment.pack != other.pack
        assert consignment.pack != 5

    def test_a_method_is_pickled_with_its_instance(self, consignment: Consignment) -> None:
        """And that of the class by its name."""
        bound = pickle.loads(pickle.dumps(consignment.describe))

        assert bound("a") == ["Consignment", "glass", "a"]
        assert pickle.loads(pickle.dumps(Consignment.describe)) is Consignment.describe

    def test_a_method_is_copied_with_its_instance(self, consignment: Consignment) -> None:
        """A deep copy has an instance of its own."""
        twin = copy.deepcopy(consignment.describe)
        consignment.label = "changed"

        assert twin() == ["Consignment", "glass"]
        assert copy.copy(consignment.describe)() == ["Consignment", "changed"]
        assert copy.deepcopy(Consignment.describe) is Consignment.describe

    def test_a_signal_holds_a_method_weakly(self) -> None:
        """By `weakref.WeakMethod`, as it does any method."""
        consignment = Consignment(pk=5)
        held = weakref.WeakMethod(consignment.describe)

        assert held() == consignment.describe
        del consignment
        assert held() is None


class TestDjango:
    """What Django sees of it: a method."""

    def test_migrations_have_nothing_of_it(self) -> None:
        """Decorating a method is no change, and a historical model has no such method."""
        before = ProjectState.from_apps(apps)
        state = ModelState.from_model(Consignment)
        after = before.clone()
        after.models["shop", "consignment"] = state

        changes = MigrationAutodetector(before, after)._detect_changes()  # type: ignore[attr-defined]

        assert changes == {}
        assert not hasattr(before.apps.get_model("shop", "consignment"), "dispatch")

    def test_instances_are_copied_and_pickled_as_ever(self, consignment: Consignment) -> None:
        """They hold nothing of it."""
        twin = pickle.loads(pickle.dumps(consignment))

        assert vars(twin).keys() == vars(copy.deepcopy(consignment)).keys()
        assert twin.describe() == ["Consignment", "glass"]

    def test_deferred_instances_have_it(self, consignment: Consignment) -> None:
        """They are of the same class."""
        deferred = Consignment.objects.only("pk").get()

        with queries(default=1):
            assert deferred.describe.delay().get() == ["Consignment", "glass"]

    def test_hooks_for_children_see_it(self, app: Celery, isolated: None) -> None:
        """The class is complete when `__init_subclass__` runs, as with any method."""
        seen = []

        class Rolling(Local):
            class Meta(Local.Meta):
                abstract = True

            def __init_subclass__(cls, **kwargs: Any) -> None:
                super().__init_subclass__(**kwargs)
                seen.append(cls.roll.__qualname__)  # type: ignore[attr-defined]  # of the child

        class Barrel(Rolling):
            @task_method(app=app)
            def roll(self) -> None: ...

        assert [name.rpartition(".<locals>.")[2] for name in seen] == ["Barrel.roll"]

    def test_templates_are_kept_from_methods_that_alter_data(
        self, app: Celery, isolated: None
    ) -> None:
        """Django marks what overrides `delete`."""

        class Barrel(Local):
            @task_method(app=app)
            def delete(self, *args: Any, **kwargs: Any) -> Any: ...  # pyright: ignore[reportIncompatibleMethodOverride]

        assert Barrel().delete.alters_data  # type: ignore[attr-defined]  # Django sets it


class TestRenames:
    """`MODELREF["RENAMED"]` keeps the names of before answering."""

    @pytest.fixture
    def renamed(self, settings: Settings) -> None:
        """Consignments were called purchases."""
        settings.MODELREF = {
            "RENAMED": {
                "shop.purchase": "shop.consignment",
                "shop.models.Purchase": "tests.shop.models.consignments.Consignment",
                "shop.weigh": "shop.consignment",
            }
        }

    def make_app(self) -> Celery:
        """Return an app that has read the settings."""
        app = Celery("renames", set_as_current=False, broker="memory://")
        setup(app)
        return app

    def test_a_task_is_found_by_its_old_name(self, renamed: None) -> None:
        """Every task of the class, and no other."""
        tasks = self.make_app().tasks

        assert tasks["shop.models.Purchase.pack"] is tasks[Consignment.pack.task.name]
        assert tasks["shop.models.Purchase.dispatch"] is tasks[Consignment.dispatch.task.name]
        old = [name for name in tasks if "Purchase" in name]
        new = [name for name in tasks if ".Consignment." in name]
        assert len(old) == len(new)

    def test_it_is_sent_by_its_new_name(self, renamed: None) -> None:
        """A retry of an old message, too."""
        task = self.make_app().tasks["shop.models.Purchase.pack"]

        assert task.name == "tests.shop.models.consignments.Consignment.pack"
        assert task.s().task == task.name

    def test_a_task_that_has_the_name_keeps_it(self, renamed: None) -> None:
        """Where a new class goes by the old name."""
        app = self.make_app()
        other = app.task(name="shop.models.Purchase.pack", shared=False)(lambda_free)

        assert app.tasks["shop.models.Purchase.pack"].name == "shop.models.Purchase.pack"
        assert app.tasks["shop.models.Purchase.pack"].name == other.name

    def test_a_class_made_later_has_its_old_names(self, settings: Settings, isolated: None) -> None:
        """Also where the app is finalized."""
        path = f"{__name__}.{type(self).__qualname__}."
        path += "test_a_class_made_later_has_its_old_names.<locals>.Cask"
        settings.MODELREF = {"RENAMED": {"shop.models.Barrel": path}}
        app = self.make_app()
        app.finalize()

        class Cask(Local):
            @task_method(app=app)
            def roll(self) -> None: ...

        assert app.tasks["shop.models.Barrel.roll"] is app.tasks[Cask.roll.task.name]


def lambda_free() -> None:
    """Do nothing."""
