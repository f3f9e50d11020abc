"""Chapter `work`: the hottest paths, counted without a clock.

What is counted are the bytecode instructions that run in this package's own functions, and the
calls of these. Both are the same each time for one version of Python, on any machine. A field of a
loaded reference is read by none of them; `benchmarks.callgrind` counts what the interpreter does.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import modelref
from benchmarks import project
from benchmarks.figures import Comparison

PACKAGE = str(Path(modelref.__file__).parent)
PATHS = ("encode of one", "decode of one", "apply_async of one", "field read", "method call")
WARM = 10  # times, so that what is made once has been made


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    [order] = project.make_orders(1)
    for name, work in paths(order).items():
        yield Comparison.exactly(f"work, {name}", 1, "counted", work_of(work), [])


def paths(order: Any) -> dict[str, Callable[[], Any]]:
    """Return the paths that are counted, by name."""
    from benchmarks import proj, rivals  # here: Django has been set up
    from benchmarks.sending import rivals_for
    from benchmarks.wire import as_sent
    from modelref import reference

    ref, body = reference(order), as_sent([order])[rivals.OURS]
    encode, decode = rivals.encoder("modelref-json"), rivals.decoder("modelref-json")
    data = encode(body)
    sending = rivals_for([order])[rivals.OURS]
    assert proj.app.conf.task_serializer == "modelref-json"
    works = (
        lambda: encode(body),
        lambda: decode(data),
        sending,
        lambda: ref.status,
        lambda: ref.is_paid(),  # noqa: PLW0108 - looking the method up is part of it
    )
    return dict(zip(PATHS, works, strict=True))


def work_of(work: Callable[[], Any]) -> dict[str, float]:
    """Return how many instructions and calls of this package something takes."""
    for _ in range(WARM):
        work()
    return {"instructions": float(instructions(work)), "calls": float(calls(work))}


def calls(work: Callable[[], Any]) -> int:
    """Return how many functions of this package are called."""
    made = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal made
        made += event == "call" and is_ours(frame.f_code)

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


def instructions(work: Callable[[], Any]) -> int:
    """Return how many instructions run in functions of this package."""
    return _monitored(work) if sys.version_info >= (3, 12) else _traced(work)


def is_ours(code: CodeType) -> bool:
    """Whether code is of this package."""
    return code.co_filename.startswith(PACKAGE)


def _monitored(work: Callable[[], Any]) -> int:
    monitoring = sys.monitoring
    tool, event = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION
    counted = 0

    def count(code: CodeType, offset: int) -> Any:
        nonlocal counted
        if not is_ours(code):
            return monitoring.DISABLE
        counted += 1
        return None

    monitoring.use_tool_id(tool, "modelref")
    monitoring.register_callback(tool, event, count)
    monitoring.restart_events()
    monitoring.set_events(tool, event)
    try:
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return counted


def _traced(work: Callable[[], Any]) -> int:
    counted = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal counted
        if not is_ours(frame.f_code):
            return None
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return counted
