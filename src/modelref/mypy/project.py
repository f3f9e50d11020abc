"""``Project``: the classes of the project that is checked, and what it says of the plugin.

In ``pyproject.toml``, beside the configuration of mypy::

    [tool.modelref-mypy]
    carried = ["shop.money.Money"]  # registered with kombu's JSON
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mypy.nodes import SymbolTableNode, TypeInfo
from mypy.options import Options

from modelref.mypy.adapter import class_named

_SECTION = "modelref-mypy"
_KNOWN = {"carried"}


class Project:
    """What features ask about the project.

    Args:
        lookup: finds a symbol by its full name.
        options: those of mypy.

    Raises:
        ValueError: the section of the plugin has a name that means nothing, or is no list.
    """

    def __init__(self, lookup: Callable[[str], SymbolTableNode | None], options: Options) -> None:
        self._lookup = lookup
        #: By path of a file: modules that what was said of it depends on, and it may not import.
        self._dependencies: dict[str, set[str]] = {}
        section = _section(options)
        unknown = section.keys() - _KNOWN
        carried = section.get("carried", [])
        if unknown or not isinstance(carried, list):
            what = ", ".join(sorted(unknown)) or "carried"
            raise ValueError(f"[tool.{_SECTION}]: {what}; it takes carried = [...]")
        #: Full names of classes that the project has registered with its serializers.
        self.carried: frozenset[str] = frozenset(carried)

    def __call__(self, fullname: str) -> TypeInfo | None:
        """Return a class by its full name, None where it is not known."""
        return class_named(self._lookup(fullname))

    def depends(self, path: str, modules: set[str]) -> None:
        """Remember that what is said of a file depends on some modules."""
        self._dependencies.setdefault(path, set()).update(modules)

    def dependencies(self, path: str) -> set[str]:
        """Return the modules that what was said of a file depends on."""
        return self._dependencies.pop(path, set())


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
    section: Mapping[str, Any] = tools.get(_SECTION, {})
    return section
