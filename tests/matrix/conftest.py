"""The matrix: each of its tests once for each combination of this run, and the table at the end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.matrix.combinations import (
    ALL,
    BROKERS,
    DATABASES,
    POOLS,
    Combination,
    is_of_this_run,
    whole,
)
from tests.matrix.lane import Lane
from tests.shop.models import Consignment, Order
from tests.workers import StartWorker, starting_workers

#: By combination, how many of its tests have ended in which way, and how long they took.
OUTCOMES: defaultdict[Combination, Counter[str]] = defaultdict(Counter)
SECONDS: defaultdict[Combination, float] = defaultdict(float)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make each test of the matrix for each combination that it is for."""
    if "combination" not in metafunc.fixturenames:
        return
    params = [
        pytest.param(each, id=str(each), marks=pytest.mark.needs(*each.services))
        for each in ALL
        if all(
            getattr(each, name) in values
            for marker in metafunc.definition.iter_markers("only")
            for name, values in marker.kwargs.items()
        )
    ]
    metafunc.parametrize("combination", params, indirect=True, scope="package")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of combinations that are not of this run."""
    others = [item for item in items if (of := _combination_of(item)) and not is_of_this_run(of)]
    if others:
        config.hook.pytest_deselected(items=others)
        left_out = set(others)
        items[:] = [item for item in items if item not in left_out]


def _combination_of(item: pytest.Item) -> Combination | None:
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("combination")


@pytest.fixture(scope="package")
def combination(request: pytest.FixtureRequest) -> Combination:
    """The pool, the broker and the database."""
    given: Combination = request.param
    return given


@pytest.fixture(scope="package")
def shared_lane(combination: Combination, django_db_setup: None) -> Iterator[Lane]:
    """A lane with a worker that runs, for all tests of a combination."""
    with starting_workers() as start_worker, closing(Lane(combination, start_worker)) as lane:
        lane.start_worker()
        yield lane


@pytest.fixture
def _rows(
    combination: Combination, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let a test use the databases, and remove its rows in the end.

    To flush all tables, as the marker `django_db` does, takes longer than most of these tests do.
    """
    with django_db_blocker.unblock():
        yield
        for model in (Order, Consignment):
            model.objects.using(combination.alias).all().delete()


@pytest.fixture
def lane(_rows: None, shared_lane: Lane) -> Iterator[Lane]:
    """The lane of the combination, where the test is the sender.

    At the end of the test no message is lost, and no query was sent that the test knows nothing of.
    """
    shared_lane.begin()
    with shared_lane.queue.producing():
        yield shared_lane
        shared_lane.assert_nothing_is_lost()
        shared_lane.assert_nothing_else_was_asked()


@pytest.fixture
def make_lane(
    _rows: None, combination: Combination, start_worker: StartWorker
) -> Iterator[Callable[..., Lane]]:
    """Make a lane for one test, where the test is the sender: `make_lane(**options)`."""
    with ExitStack() as stack:

        def make(**options: Any) -> Lane:
            lane = stack.enter_context(closing(Lane(combination, start_worker, **options)))
            lane.start_worker()
            stack.enter_context(lane.queue.producing())
            return lane

        yield make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count how a test of a combination has ended, and the time it took."""
    report = yield
    combination = _combination_of(item)
    if combination is not None:
        SECONDS[combination] += call.duration
        if report.when == "call" or report.outcome != "passed":
            OUTCOMES[combination][report.outcome] += 1
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table of the whole matrix."""
    if not whole() or not OUTCOMES:
        return
    terminalreporter.section("matrix: tests passed, seconds")
    terminalreporter.write_line(_row("", "", *DATABASES))
    for pool in POOLS:
        for broker in BROKERS:
            cells = [_cell(Combination(pool, broker, database)) for database in DATABASES]
            terminalreporter.write_line(_row(pool, broker, *cells))
    passed = sum(each["passed"] for each in OUTCOMES.values())
    terminalreporter.write_line(f"{passed} passed in {sum(SECONDS.values()):.0f} s")


def _row(pool: str, broker: str, *cells: str) -> str:
    return f"{pool:9}{broker:12}" + "".join(f"{cell:>24}" for cell in cells)


def _cell(combination: Combination) -> str:
    outcomes = OUTCOMES[combination]
    others = "".join(f", {n} {how}" for how, n in outcomes.items() if how != "passed")
    return f"{outcomes['passed']}{others}  {SECONDS[combination]:5.1f} s"
