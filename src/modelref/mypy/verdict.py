"""A call that mypy was asked about: reporting what is wrong with it, in one line each."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from mypy.errors import ErrorInfo
from mypy.nodes import Context
from mypy.plugin import CheckerPluginInterface
from mypy.types import CallableType

from modelref.mypy.adapter import Given, accepting_anything, report, tried
from modelref.mypy.codes import CALL
from modelref.mypy.fitting import holds

#: Errors that mean nothing where the number of arguments is not known.
_COUNTED = re.compile(r"^Too (many|few) |^Missing |multiple values for")
_UNEXPECTED = re.compile(r'Unexpected keyword argument "(\w+)"')


def judge(
    api: CheckerPluginInterface,
    function: CallableType,
    given: Given,
    context: Context,
    rewrite: Callable[[str], str] = str,
) -> bool:
    """Report what is wrong with a call, each in one line; return whether anything is.

    Args:
        api: mypy's checker.
        function: what is called, by the name that messages are to have.
        given: the arguments.
        context: the place of the call.
        rewrite: puts types into the words of whoever wrote the task.
    """
    if holds(api, function, given):
        return False
    errors = _own_errors(api, function, given, context)
    known = [name for name in function.arg_names if name is not None]
    for error in errors:
        message = _naming(function.name, with_near_miss(rewrite(error.message), known))
        report(api, message, error, CALL)
    return bool(errors)


def _own_errors(
    api: CheckerPluginInterface, function: CallableType, given: Given, context: Context
) -> list[ErrorInfo]:
    """Return the errors of a call itself; those inside its arguments mypy reports by itself."""
    errors = tried(api, function, given, context).errors
    if given.has_unknown:
        errors = [each for each in errors if not _COUNTED.search(each.message)]
    if not errors:
        return []
    inner = tried(api, accepting_anything(function), given, context).errors
    known = {(each.line, each.column, each.message) for each in inner}
    own = [each for each in errors if (each.line, each.column, each.message) not in known]
    # Where there are too many the others are in the wrong places.
    return [each for each in own if each.message.startswith("Too many ")] or own


def _naming(label: str | None, message: str) -> str:
    """Return a message with the name of what is called in it."""
    return message if not label or f'"{label}"' in message else f'{message} in "{label}"'


def with_near_miss(message: str, known: list[str]) -> str:
    """Return a message with the name that was probably meant."""
    unexpected = _UNEXPECTED.match(message)
    if unexpected is None or "did you mean" in message:
        return message
    return message + did_you_mean(unexpected[1], known)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about a name that does not exist."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.55)
    return f'; did you mean "{near[0]}"?' if near else ""
