"""Runs mypy and pyright over cases, and reads what they say."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from mypy import api
from mypy.version import __version__

from tests.typing_marks import FOLDER, Remark

ROOT = Path(__file__).parent.parent
PLUGINS = ("mypy_django_plugin.main", "modelref.mypy")
#: The release of mypy, as (2, 1).
VERSION = tuple(map(int, __version__.split(".")[:2]))

_OF_MYPY = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")
_REVEALED = re.compile(r'(?:Revealed type|Type of ".*") is "(.*)"', re.DOTALL)
_MODULES = re.compile(r"\b(?:[a-z_]\w*\.)+(?=\w)")
_UNION = re.compile(r"Union\[(\w+), (\w+)\]")  # as mypy before 1.16 writes it

Remarks = dict[str, list[Remark]]

CONFIG = """
[mypy]
strict = True
warn_unreachable = True
plugins = {plugins}
mypy_path = {root}/src:{root}
explicit_package_bases = True
follow_imports = silent
cache_dir = {cache}
{more}
[mypy.plugins.django-stubs]
django_settings_module = tests.settings
"""


def write_config(
    folder: Path, plugins: Iterable[str], *, cache: Path | None = None, more: str = ""
) -> Path:
    """Write the configuration of a user of mypy; return its path.

    Args:
        folder: where to write it.
        plugins: modules of plugins, in their order.
        cache: where mypy keeps what it knows; by default in the project, for the next run.
        more: further lines.
    """
    names = ", ".join(plugins)
    kept = ROOT / ".mypy_cache" / "typing" / names.replace(", ", "-")
    config = folder / "mypy.ini"
    text = CONFIG.format(plugins=names, root=ROOT, cache=cache or kept, more=more)
    config.write_text(text)
    return config


def run_mypy(config: Path, *targets: str) -> str:
    """Return what mypy writes."""
    out, err, status = api.run(
        ["--config-file", str(config), "--hide-error-codes", "--show-traceback", *targets]
    )
    assert status in {0, 1}, out + err
    assert "INTERNAL ERROR" not in out + err, out + err
    return out


def remarks_of_mypy(output: str) -> Remarks:
    """Return the remarks in the output of mypy, by name of the file."""
    remarks: Remarks = defaultdict(list)
    for each in map(_OF_MYPY.fullmatch, output.splitlines()):
        if each is not None:
            of_file = remarks[Path(each["file"]).name]
            of_file += _remarks(int(each["line"]), each["text"], is_error=each["kind"] == "error")
    return remarks


def remarks_of_pyright() -> Remarks:
    """Return the remarks of pyright on each case, by name of the file."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(FOLDER)]
    run = subprocess.run(
        [*command, "--pythonpath", sys.executable],
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        check=False,  # it has errors to report
    )
    remarks: Remarks = defaultdict(list)
    for each in json.loads(run.stdout)["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        if each["severity"] != "warning":
            is_error = each["severity"] == "error"
            remarks[Path(each["file"]).name] += _remarks(line, each["message"], is_error=is_error)
    return remarks


def _remarks(line: int, text: str, *, is_error: bool) -> Iterator[Remark]:
    """Yield an error or a revealed type; a note that explains an error is neither."""
    revealed = _REVEALED.fullmatch(text)
    if revealed is not None:
        yield Remark(line, "R", _short(revealed[1]))
    elif is_error:
        yield Remark(line, "E", text)


def _short(text: str) -> str:
    """Return a type without the names of modules, as each release of a checker writes it."""
    return _UNION.sub(r"\1 | \2", _MODULES.sub("", text))
