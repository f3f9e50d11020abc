"""References where Django is not set up: a results reader, Flower, a script."""

import subprocess
import sys
import textwrap
from pathlib import Path


def in_a_bare_interpreter(script: str) -> str:
    """Run `script` where nothing is imported and Django is not set up, and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestWithoutDjango:
    """A results reader, Flower, a script: references where Django is not set up."""

    def test_importing_imports_neither_celery_nor_models(self) -> None:
        """`import modelref` and the codec bring in no Celery and no Django model."""
        script = """
            import sys
            import modelref, modelref.codecs.json
            print("celery" in sys.modules, "django.db.models" in sys.modules)
        """

        assert in_a_bare_interpreter(script).split() == ["False", "False"]

    def test_a_reference_prints_compares_and_travels_on(self) -> None:
        """Label and key are there, and the wire says again what it said."""
        script = """
            from modelref import identity, is_reference
            from modelref.codecs import json as codec
            wire = '[{"__modelref__":["shop.seat",["A",4],"eu"]}]'
            (ref,), (other,) = codec.decode(wire), codec.decode(wire)
            print(repr(ref))
            print(identity(ref))
            print(is_reference(ref), ref == other, hash(ref) == hash(other))
            print(codec.encode([ref]) == wire)
        """

        assert in_a_bare_interpreter(script).splitlines() == [
            '<ModelRef shop.seat pk=["A",4] using=eu>',
            'shop.seat:["A",4]@eu',
            "True True True",
            "True",
        ]

    def test_the_key_is_what_the_wire_says(self) -> None:
        """Without the model's field a key stays text or number."""
        script = """
            from modelref import identity
            from modelref.codecs import json as codec
            wire = '[{"__modelref__":["shop.tag","6f1c"]},{"__modelref__":["shop.order",42]}]'
            refs = codec.decode(wire)
            print([identity(ref).pk for ref in refs], [ref.pk for ref in refs])
        """

        assert in_a_bare_interpreter(script).strip() == "['6f1c', 42] ['6f1c', 42]"

    def test_asking_for_the_class_never_raises(self) -> None:
        """`ref.__class__`, and so `isinstance`, are safe."""
        script = """
            from modelref import ModelRef
            from modelref.codecs import json as codec
            (ref,) = codec.decode('[{"__modelref__":["shop.order",42]}]')
            print(isinstance(ref.__class__, type), isinstance(ref, ModelRef), isinstance(ref, str))
        """

        assert in_a_bare_interpreter(script).split() == ["True", "True", "False"]

    def test_copies_and_pickles_need_no_django(self) -> None:
        """A reference that only passes through is copied and pickled like any value."""
        script = """
            import copy, pickle
            from modelref.codecs import json as codec
            (ref,) = codec.decode('[{"__modelref__":["shop.order",42]}]')
            for again in (copy.copy(ref), copy.deepcopy(ref), pickle.loads(pickle.dumps(ref))):
                print(repr(again))
        """

        assert in_a_bare_interpreter(script).splitlines() == ["<ModelRef shop.order pk=42>"] * 3

    def test_a_reference_takes_its_class_at_the_first_load(self, tmp_path: Path) -> None:
        """Decoded before `django.setup()`, it becomes an instance of its model when it is used."""
        script = f"""
            from modelref.codecs import json as codec
            (ref,) = codec.decode('[{{"__modelref__":["auth.group",7]}}]')
            import django
            from django.conf import settings
            settings.configure(
                INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
                DATABASES={{"default": {{
                    "ENGINE": "django.db.backends.sqlite3", "NAME": {str(tmp_path / "db")!r}
                }}}},
            )
            django.setup()
            from django.contrib.auth.models import Group
            from django.core.management import call_command
            call_command("migrate", verbosity=0)
            Group.objects.create(pk=7, name="staff")
            print(ref.name, ref.__class__ is Group, isinstance(ref, Group), ref == Group(pk=7))
        """

        assert in_a_bare_interpreter(script).split() == ["staff", "True", "True", "True"]

    def test_a_reference_decoded_before_django_is_bound_without_a_query(self) -> None:
        """A task that asks for the reference gets it as any other, and the error is the row's."""
        script = """
            from modelref.codecs import json as codec
            (ref,) = codec.decode('[{"__modelref__":["auth.group",7]}]')
            import django
            from django.conf import settings
            settings.configure(
                INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
                DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            )
            django.setup()
            from celery import Celery
            from celery.app.trace import build_tracer
            from django.contrib.auth.models import Group
            from django.core.management import call_command
            from django.db import connection
            from django.test.utils import CaptureQueriesContext
            from modelref import ModelRef, is_resolved
            from modelref.celery import setup, task
            call_command("migrate", verbosity=0)
            app = Celery("early", backend="cache+memory://")
            setup(app)

            @task(app=app, name="lazy")
            def lazy(group: ModelRef[Group]):
                return is_resolved(group)

            @task(app=app, name="loaded")
            def loaded(group: Group):
                return group.name

            def traced(task):  # as a worker does with what it has decoded
                build_tracer(task.name, task, app=app)(task.name, (ref,), {}, {"id": task.name})
                return app.AsyncResult(task.name).result

            with CaptureQueriesContext(connection) as captured:
                print(traced(lazy), len(captured))
            error = traced(loaded)
            print(isinstance(error, Group.DoesNotExist), error.args)
        """

        assert in_a_bare_interpreter(script).splitlines() == [
            "False 0",
            "True ('auth.group', 7, None)",
        ]

    def test_a_task_is_sent(self) -> None:
        """There is no transaction to wait for, and no setting that would say so."""
        script = """
            from celery import Celery
            from modelref.celery import task
            app = Celery(broker="memory://", backend="cache+memory://")
            def double(number): return 2 * number
            results = [
                task(app=app, on_commit=on_commit, name=str(on_commit))(double).delay(1)
                for on_commit in (None, True)
            ]
            print([result.state for result in results])
        """

        assert in_a_bare_interpreter(script).strip() == "['PENDING', 'PENDING']"
