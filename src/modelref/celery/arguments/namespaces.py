"""Where the names in an annotation come from, one annotation at a time.

A name is looked up in the function's module; then among the imports that stand there under
``if TYPE_CHECKING:``, each of which is run once, when a name is missed; then among the installed
models, where there is just one of that class name.
"""

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any


class Unreadable(Exception):
    """An annotation cannot be evaluated; the text says why."""


class Namespace(dict[str, Any]):
    """The names that the annotations of one module or function can use.

    It holds those of the module; any other is looked up when it is missed.

    Args:
        module: name of the module they stand in.
        names: names that come before those of the module, such as type parameters.
    """

    def __init__(self, module: str, names: Mapping[str, Any] | None = None) -> None:
        self.module = module
        super().__init__(vars(sys.modules[module]) if module in sys.modules else {})
        self.update(names or {})

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Namespace":
        """Return the namespace of a function: its module, its type parameters, its closure.

        That of a method has its class, too, and the classes in the body of that.
        """
        names: dict[str, Any] = getattr(function, "modelref_names", dict)()
        function = inspect.unwrap(function)
        names |= {each.__name__: each for each in getattr(function, "__type_params__", ())}
        code = getattr(function, "__code__", None)
        cells = getattr(function, "__closure__", None) or ()
        for name, cell in zip(getattr(code, "co_freevars", ()), cells, strict=False):
            with suppress(ValueError):  # a cell that is still empty
                names[name] = cell.cell_contents
        return cls(function.__module__, names)

    def evaluate(self, text: str) -> Any:
        """Return what an annotation written as text stands for.

        Raises:
            Unreadable: it cannot be evaluated.
        """
        if text.startswith("*"):
            text = f"({text},)[0]"
        try:
            return eval(text, {}, self)  # noqa: S307 - the project's own source
        except Exception as error:  # noqa: BLE001 - an annotation may hold any expression
            raise Unreadable(f"{text!r}: {error}") from None

    def __missing__(self, name: str) -> Any:
        imported = _typing_imports(self.module)
        if name in imported:
            return imported[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        models = _models_named(name)
        if len(models) == 1:
            return models[0]
        raise KeyError(name)


@cache
def _typing_imports(module: str) -> dict[str, Any]:
    """Run the imports under ``if TYPE_CHECKING:`` of a module, one by one; keep what works."""
    names: dict[str, Any] = {}
    for line in _lines_under_type_checking(sys.modules.get(module)):
        scope = {"__name__": module, "__package__": getattr(sys.modules[module], "__package__", "")}
        try:
            exec(compile(ast.Module([line], []), module, "exec"), scope)  # noqa: S102
        except Exception:  # noqa: BLE001, S112 - an import that only a type checker can make
            continue
        names |= {name: value for name, value in scope.items() if not name.startswith("__")}
    return names


def _lines_under_type_checking(module: ModuleType | None) -> Iterator[ast.stmt]:
    try:
        tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]  # None: a TypeError
    except (OSError, TypeError, SyntaxError):
        return
    for statement in tree.body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test).endswith("TYPE_CHECKING"):
            for line in statement.body:
                if isinstance(line, (ast.Import, ast.ImportFrom)):
                    yield line


def _models_named(name: str) -> list[Any]:
    from django.apps import apps  # here: only an annotation that is missing a name needs it

    return [model for model in apps.get_models() if model.__name__ == name]
