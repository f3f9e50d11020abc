"""The tools of the benchmarks: turns, counts, targets, and the check against a baseline."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import check, counting, report, tables, throughput
from benchmarks.__main__ import CHAPTERS
from benchmarks.charts import CHARTS, draw, drawable
from benchmarks.figures import Comparison, Results, Spread
from benchmarks.project import SIZES
from benchmarks.targets import TARGETS, Target, growth, ratio, value
from benchmarks.timing import race
from modelref import Identity

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own: the benchmarks have settings and models of theirs."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def results_of(*comparisons: Comparison) -> Results:
    """Return results with these comparisons alone."""
    return Results({"Python": "3.13.0"}, comparisons)


def compared(chapter: str, size: int = 1, **figures: float) -> Comparison:
    """Return a comparison with one figure for each rival, each held against the others."""
    return Comparison.exactly(chapter, size, "s", figures, figures)


@pytest.fixture
def charted() -> Results:
    """Results with a figure for each line and bar of all charts."""
    chapters = {"decode and load": 1e-4, "bytes": 80.0, "apply_async": 1e-4, "encode": 1e-6}
    names = ["get one by one", "in_bulk by hand", "modelref", "primary keys", "pickled instances"]
    lines = [
        Comparison.exactly(
            chapter, size, "s", {name: each * size * (1 + at) for at, name in enumerate(names)}, []
        )
        for chapter, each in {**chapters, "decode": 1e-6}.items()
        for size in SIZES
    ]
    access = compared("field read", instance=1.0, modelref=1.1, wrapt=30.0)
    rates = {throughput.BY_HAND: 900.0, throughput.LAZY: 890.0}
    tasks = [
        Comparison.exactly(throughput.chapter(broker), 1, "tasks a second", rates, [])
        for broker in throughput.BROKERS
    ]
    return results_of(*lines, access, *tasks)


class TestTurns:
    """How times are taken."""

    def test_twice_the_work_takes_twice_the_time(self) -> None:
        """In each turn, however often the work is done in it."""
        now = 0.0

        def work(seconds: float) -> None:
            nonlocal now
            now += seconds

        taken = race(
            {"once": partial(work, 0.001), "twice": partial(work, 0.002)},
            budget=0.3,
            clock=lambda: now,
        )

        assert taken["once"] == pytest.approx([0.001] * len(taken["once"]))
        assert taken["twice"] == pytest.approx([0.002] * len(taken["twice"]))

    def test_each_rival_has_as_many_turns(self) -> None:
        """So that the figures of one turn can be held against one another."""
        taken = race({"a": "pass", "b": "None", "c": "[]"}, budget=0.1)

        assert {len(samples) for samples in taken.values()} == {len(taken["a"])}

    def test_a_ratio_is_that_of_one_turn(self) -> None:
        """A machine that is slower for a while is slower for all."""
        compared = Comparison.of(
            "work", 1, "s", {"base": [1.0, 10.0, 1.0], "other": [2.0, 20.0, 2.0]}, ["base"]
        )

        assert compared.ratios["base"]["other"] == Spread(2.0, 2.0, 2.0)

    def test_pairs_change_their_order(self) -> None:
        """So that what gets slower, or quicker, does so for both."""
        asked: list[str] = []

        def rate(name: str) -> float:
            asked.append(name)
            return 1.0

        pairs = throughput.in_pairs(rate, budget=0.0)

        first, second = throughput.BY_HAND, throughput.LAZY
        assert asked == [first, second, second, first]
        assert [set(pair) for pair in pairs] == [{first, second}] * 2

    def test_a_spread_has_median_and_quartiles(self) -> None:
        """In any order of the samples."""
        spread = Spread.of([5.0, 1.0, 3.0, 2.0, 4.0])

        assert spread == Spread(median=3.0, low=2.0, high=4.0)


class TestCounts:
    """Work that is counted without a clock."""

    def test_counts_are_the_same_each_time(self) -> None:
        """On any machine, with one version of Python."""
        identity = Identity("shop.order", 42)
        counting.work_of(lambda: str(identity))

        counts = [counting.work_of(lambda: str(identity)) for _ in range(3)]

        assert counts[0] == counts[1] == counts[2]
        assert counts[0]["instructions"] > 10
        assert counts[0]["calls"] >= 2

    def test_more_work_is_more_instructions(self) -> None:
        """A call more is found."""
        identity = Identity("shop.order", 42)

        once = counting.work_of(lambda: str(identity))
        twice = counting.work_of(lambda: (str(identity), str(identity)))

        assert twice == {name: 2 * number for name, number in once.items()}

    def test_only_this_package_counts(self) -> None:
        """What other packages do changes with their releases."""
        counts = counting.work_of(lambda: json.dumps({"a": [1, 2, 3]}))

        assert counts == {"instructions": 0.0, "calls": 0.0}


class TestTargets:
    """The table of what was promised."""

    def test_a_target_that_is_missed_is_marked(self) -> None:
        """With its figure."""
        encode = compared("encode", 1, **{"modelref": 1.8, "primary keys": 1.0})

        table = report.table(results_of(encode))

        [row] = [line for line in table.splitlines() if line.startswith("| encode 1 reference")]
        assert row.endswith("| at most 1.5 × | 1.80 × | **missed** |")

    def test_a_target_that_is_met_is_marked(self) -> None:
        """With its figure."""
        encode = compared("encode", 1, **{"modelref": 1.4, "primary keys": 1.0})

        table = report.table(results_of(encode))

        [row] = [line for line in table.splitlines() if line.startswith("| encode 1 reference")]
        assert row.endswith("| at most 1.5 × | 1.40 × | met |")

    def test_a_target_that_was_not_measured_is_neither(self) -> None:
        """As where a server is missing."""
        table = report.table(results_of())

        rows = table.splitlines()[2:]
        assert len(rows) == len(TARGETS)
        assert all(row.endswith("| not measured |  |") for row in rows)

    def test_the_readme_tells_the_headlines(self) -> None:
        """As the page does, between two marks; the rest stays, however often it is written."""
        sent = compared("apply_async", 1, **{"modelref": 1.1, "primary keys": 1.0})
        readme = f"# A\n\n{report.BEGIN}{report.END}\nB\n"

        written = report.with_table(readme, results_of(sent))

        assert (
            "| `apply_async` with 1 instance, up to the bytes, against primary keys "
            "| at most 1.15 × | 1.10 × | met |" in written.splitlines()
        )
        assert (written[:5], written[-3:]) == ("# A\n\n", "\nB\n")
        assert report.with_table(written, results_of(sent)) == written

    def test_what_was_not_measured_does_not_count_as_missed(self) -> None:
        """It is told apart."""
        encode = compared("encode", 1, **{"modelref": 1.8, "primary keys": 1.0})
        sent = compared("apply_async", 1, **{"modelref": 1.1, "primary keys": 1.0})

        told = report.summary(results_of(encode, sent))

        assert told == f"1 of 2 targets are met, {len(TARGETS) - 2} are not measured"

    def test_the_readme_has_the_marks(self) -> None:
        """In the project itself."""
        readme = report.README.read_text()

        assert 0 < readme.index(report.BEGIN) < readme.index(report.END)

    @pytest.mark.parametrize(
        ("target", "median", "met"),
        [
            (Target("a", value("a", 1, "b"), most=1.2), 1.2, True),
            (Target("a", value("a", 1, "b"), most=1.2), 1.21, False),
            (Target("a", value("a", 1, "b"), least=20), 20.0, True),
            (Target("a", value("a", 1, "b"), least=20), 19.9, False),
            (Target("a", value("a", 1, "b"), most=0), 0.0, True),
            (Target("a", value("a", 1, "b"), most=0), 1.0, False),
        ],
    )
    def test_a_limit_may_be_reached_and_not_passed(
        self, target: Target, median: float, met: bool
    ) -> None:
        """From either side."""
        assert target.is_met(Spread(median, median, median)) is met

    def test_growth_is_what_a_row_costs_among_many(self) -> None:
        """Against what it costs among few."""
        few, many = compared("encode", 100, modelref=2.0), compared("encode", 1_000, modelref=30.0)

        grown = growth("encode", "modelref", 100, 1_000)(results_of(few, many))

        assert grown == Spread(1.5, 1.5, 1.5)

    def test_a_ratio_is_of_the_rival_to_the_base(self) -> None:
        """And none where one of them is missing."""
        results = results_of(compared("read", 1, fast=1.0, slow=20.0))

        assert ratio("read", 1, "slow", "fast")(results) == Spread(20.0, 20.0, 20.0)
        assert ratio("read", 1, "other", "fast")(results) is None
        assert ratio("read", 2, "slow", "fast")(results) is None


class TestReport:
    """What is made of the results."""

    def test_results_are_read_as_they_were_written(self, tmp_path: Path) -> None:
        """To four digits."""
        written = results_of(compared("encode", 10, modelref=1.23456, other=2.0))

        written.write(tmp_path / "results.json")

        [read] = Results.read(tmp_path / "results.json").comparisons
        assert read.values == {"modelref": Spread(*[1.235] * 3), "other": Spread(*[2.0] * 3)}
        assert read.ratios["other"]["modelref"] == Spread(*[0.6173] * 3)

    @pytest.mark.parametrize("name", CHARTS)
    def test_a_chart_is_readable_on_dark_pages_and_in_print(
        self, name: str, charted: Results
    ) -> None:
        """It has its own background, and another one where a dark page is looked at."""
        root = ET.fromstring(draw(name, charted))

        [style] = root.iter(f"{SVG}style")
        assert "@media screen and (prefers-color-scheme:dark)" in (style.text or "")
        assert not list(root.iter(f"{SVG}script"))
        assert any("background" in rect.get("class", "") for rect in root.iter(f"{SVG}rect"))

    @pytest.mark.parametrize("name", CHARTS)
    def test_a_chart_is_the_same_for_the_same_results(self, name: str, charted: Results) -> None:
        """No date, no random name: a change in it is a change of a figure."""
        assert draw(name, charted) == draw(name, charted)

    def test_a_chart_whose_chapter_was_not_measured_is_left_out(self) -> None:
        """The others are drawn."""
        read = compared("field read", instance=1.0, modelref=1.1, wrapt=30.0)

        assert drawable(results_of(read)) == ["read"]

    def test_a_chart_that_cannot_be_drawn_does_not_stay(self, tmp_path: Path) -> None:
        """Its figures would be those of another run."""
        (tmp_path / "load.svg").touch()

        report.write_charts(results_of(compared("field read", instance=1.0, wrapt=3.0)), tmp_path)

        assert [each.name for each in tmp_path.iterdir()] == ["read.svg"]

    def test_a_chapter_is_a_table_of_rivals_by_size(self) -> None:
        """Each with its ratio to the base, if it was measured for that size."""
        spread = {"by hand": [1e-5, 1e-5, 1e-5], "modelref": [2e-5, 1e-5, 3e-5]}
        few = Comparison.of("encode", 1, "s", spread, ["by hand"])
        many = Comparison.exactly("encode", 1_000, "s", {"by hand": 0.5}, ["by hand"])

        assert tables.tables(results_of(few, many)).splitlines()[-4:] == [
            "| | 1 | 1,000 |",
            "| --- | ---: | ---: |",
            "| by hand | 10 µs | 500 ms |",
            "| modelref | 20 µs (2 ×; 1.50 to 2.50) |  |",
        ]

    def test_a_base_is_one_that_each_size_has(self) -> None:
        """So that the figures of one table can be held against one another."""
        one = Comparison.exactly("load", 1, "s", {"get": 1.0, "modelref": 2.0}, ["get", "modelref"])
        two = Comparison.exactly("load", 2, "s", {"modelref": 2.0}, ["modelref"])

        assert "of *modelref*" in tables.tables(results_of(one, two))

    def test_each_chapter_can_be_measured(self) -> None:
        """By the function that its name stands for."""
        for place in CHAPTERS.values():
            module, _, function = place.partition(":")
            assert callable(getattr(import_module(f"benchmarks.{module}"), function))


class TestCheck:
    """What `make bench-check` complains about."""

    def test_exact_figures_may_not_change_at_all(self) -> None:
        """Neither way, and neither come nor go."""
        before = {"bytes": 102.0, "queries": 1.0, "calls": 15.0, "gone": 3.0}
        now = {"bytes": 103.0, "queries": 1.0, "calls": 14.0, "new": 4.0}

        assert check.differences(before, now) == [
            "bytes: 102 before, 103 now.",
            "calls: 15 before, 14 now.",
            "gone: 3 before, nothing now.",
            "new: nothing before, 4 now.",
        ]

    def test_large_figures_are_told_to_the_last_digit(self) -> None:
        """One byte of millions is a difference."""
        assert check.differences({"bytes": 1_234_567.0}, {"bytes": 1_234_568.0}) == [
            "bytes: 1,234,567 before, 1,234,568 now."
        ]

    def test_growth_may_be_larger_by_a_tenth(self) -> None:
        """Of work and of memory, without a clock."""
        before = {"work": 1.0, "peak": 1.01, "gone": 1.0}

        assert check.grown(before, {"work": 1.11, "peak": 1.1}) == [
            "gone: not measured now.",
            "work: 1 × that of few before, 1.110 × now.",
        ]

    def test_a_ratio_that_is_not_measured_any_more_is_found(self) -> None:
        """What is not compared cannot be seen to get worse."""
        assert check.slower({"encode, 1": 1.4}, {}) == ["encode, 1: not measured now."]

    def test_our_queries_are_compared_everywhere(self) -> None:
        """For one reference too; those of rivals depend on releases."""
        done = run(
            "from benchmarks import check, project, queries\n"
            "project.start(); orders = project.make_orders(1)\n"
            "print(check.flat([queries.by_us(queries.of_rivals(orders))]))"
        )

        assert done.stderr == ""
        assert (
            done.stdout == "{'queries, 1: modelref': 1.0, 'queries, 1: modelref, instances': 1.0}\n"
        )

    def test_references_that_arrived_are_those_of_a_body(self) -> None:
        """They are sent as they are, and none of them is read."""
        done = run(
            "from benchmarks import messages, project, queries, rivals, sending\n"
            "from modelref import is_reference, is_resolved\n"
            "project.start(); orders = project.make_orders(3)\n"
            "refs = messages.arrived(orders)\n"
            "send = sending.rivals_for(orders)[rivals.PASSED_ON]\n"
            "made = queries.made_by(send)\n"
            "print(*map(is_reference, refs), *map(is_resolved, refs), made)"
        )

        assert done.stderr == ""
        assert done.stdout == "True True True False False False 0.0\n"

    def test_what_takes_twice_as_long_is_found(self) -> None:
        """With both figures, and the most that it may be."""
        complaints = check.slower({"encode, 1": 1.4}, {"encode, 1": lambda: 2.8})

        assert complaints == [
            "encode, 1: 1.4 × the time of the same by hand before, 2.80 × now; at most 2.10 ×."
        ]

    def test_a_ratio_that_one_try_finds_small_enough_is_no_regression(self) -> None:
        """Other work on the machine may disturb the tries before."""
        measured, told = self._one_after_the_other(3.0, 2.5, 1.45)

        assert check.slower({"encode, 1": 1.4}, {"encode, 1": measured}) == []
        assert not list(told)

    def test_a_ratio_that_is_small_enough_is_measured_once(self) -> None:
        """The check takes no longer than it has to."""
        measured, told = self._one_after_the_other(1.5, 9.0)

        assert check.slower({"encode, 1": 1.4}, {"encode, 1": measured}) == []
        assert list(told) == [9.0]

    def test_more_bytes_are_found(self) -> None:
        """Spaces in the JSON are put in here."""
        done = run(
            "from benchmarks import check, codecs, project\n"
            "project.start(); orders = project.make_orders(1)\n"
            "before = check.flat([codecs.bytes_of('json', orders)])\n"
            "from modelref.codecs import json as codec\n"
            "codec._encoder = type(codec._encoder)()\n"
            "after = check.flat([codecs.bytes_of('json', orders)])\n"
            "print(*check.differences(before, after), sep='\\n')"
        )

        assert done.stderr == ""
        assert done.stdout.startswith("bytes, json, 1: modelref: ")
        assert len(done.stdout.splitlines()) == 1

    def test_an_encoder_that_takes_twice_as_long_is_found(self) -> None:
        """Here each message is encoded twice."""
        done = run(
            "from benchmarks import check, project\n"
            "project.start(); project.make_orders(check.FEW)\n"
            "name = 'encode, 1'\n"
            "before = {name: check.ratios()[name]()}\n"
            "from kombu.serialization import register\n"
            "from modelref.codecs.json import register_args\n"
            "encode, *rest = register_args\n"
            "register('modelref-json', lambda body: (encode(body), encode(body))[1], *rest)\n"
            "print(*check.slower(before, {name: check.ratios()[name]}), sep='\\n')"
        )

        assert done.stderr == ""
        assert done.stdout.startswith("encode, 1: ")
        assert "× now; at most" in done.stdout

    def test_without_a_baseline_the_check_fails(self, tmp_path: Path) -> None:
        """It says how to record one."""
        done = run(
            "import sys\nfrom pathlib import Path\nfrom benchmarks import check\n"
            f"check.BASELINE = Path({str(tmp_path / 'none.json')!r})\n"
            "sys.exit(check.main())"
        )

        assert done.returncode == 1
        assert done.stderr == "There is no baseline: `make bench-baseline` records one.\n"

    @staticmethod
    def _one_after_the_other(*figures: float) -> tuple[Callable[[], float], Iterator[float]]:
        told = iter(figures)
        return lambda: next(told), told
