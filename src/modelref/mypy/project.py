"""``Project``: the classes of the project that is checked, and what it says of the plugin.

In ``pyproject.toml``, beside the configuration of mypy::

    [tool.modelref-mypy]
    carried = ["shop.money.Money"]  # registered with kombu's JSON
    serializer = "modelref-pickle"  # that of tasks which name none
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from mypy.nodes import SymbolTableNode, TypeInfo
from mypy.options import Options

from modelref.mypy.adapter import class_named
from modelref.mypy.carrying import DEFAULT, SERIALIZERS
from modelref.mypy.verdict import did_you_mean

_SECTION = "modelref-mypy"
#: What the section takes, each with an example.
_KNOWN = {"carried": '["shop.money.Money", ...]', "serializer": '"modelref-pickle"'}


class Project:
    """What features ask about the project.

    Args:
        lookup: finds a symbol by its full name.
        options: those of mypy.

    Raises:
        SystemExit: the section of the plugin has a name or a value that means nothing.
    """

    def __init__(self, lookup: Callable[[str], SymbolTableNode | None], options: Options) -> None:
        self._lookup = lookup
        #: By path of a file: modules that what was said of it depends on, and it may not import.
        self._dependencies: dict[str, set[str]] = {}
        section = _section(options)
        _refuse_unknown(section)
        #: Full names of classes that the project has registered with its serializers.
        self.carried = _carried(section)
        #: The serializer of tasks that name none.
        self.serializer = _serializer(section)

    def __call__(self, fullname: str) -> TypeInfo | None:
        """Return a class by its full name, None where it is not known."""
        return class_named(self._lookup(fullname))

    def depends(self, path: str, modules: set[str]) -> None:
        """Remember that what is said of a file depends on some modules."""
        self._dependencies.setdefault(path, set()).update(modules)

    def dependencies(self, path: str) -> set[str]:
        """Return the modules that what was said of a file depends on."""
        return self._dependencies.pop(path, set())


def _refuse_unknown(section: Mapping[str, Any]) -> None:
    unknown = sorted(section.keys() - _KNOWN.keys())
    if unknown:
        _end(f'unknown key "{unknown[0]}"{did_you_mean(unknown[0], _KNOWN)}')


def _carried(section: Mapping[str, Any]) -> frozenset[str]:
    """Return the classes that a section names."""
    carried = section.get("carried", [])
    if not isinstance(carried, list) or not all(isinstance(each, str) for each in carried):
        _end('"carried" is no list of names')
    return frozenset(carried)


def _serializer(section: Mapping[str, Any]) -> str:
    """Return the serializer that a section names."""
    serializer = section.get("serializer", DEFAULT)
    if not isinstance(serializer, str):
        _end('"serializer" is no name')
    if serializer not in SERIALIZERS:
        near = did_you_mean(serializer, SERIALIZERS)
        _end(f'"{serializer}" is no serializer that carries rows{near}')
    return serializer


def _end(problem: str) -> NoReturn:
    """End mypy as it ends itself where its configuration is wrong.

    Any other exception it would show as an internal error of its own.
    """
    takes = " and ".join(f"{key} = {example}" for key, example in _KNOWN.items())
    place = f"[tool.{_SECTION}] in pyproject.toml"
    sys.stderr.write(f"mypy: error: {place}: {problem} (the section takes {takes})\n")
    raise SystemExit(2)


def _section(options: Options) -> Mapping[str, Any]:
    """Return the plugin's section of the ``pyproject.toml`` beside mypy's configuration."""
    folder = Path(options.config_file or "pyproject.toml").parent
    path = folder / "pyproject.toml"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if _SECTION not in text:
        return {}
    import tomllib  # here: most projects need no such section

    try:
        tools = tomllib.loads(text).get("tool", {})
    except ValueError:  # mypy says so, where it is its own configuration
        return {}
    section: Any = tools.get(_SECTION, {})
    if not isinstance(section, dict):
        _end("it is no section")
    return section
