"""A hook that fails must not end mypy: what it has no answer for is left as it was."""

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

Ctx = TypeVar("Ctx")
Answer = TypeVar("Answer")
Argument = TypeVar("Argument")

#: Set in the tests of the plugin: there a hook that fails is to be seen.
_STRICT = "MODELREF_MYPY_RAISE"


def hooks(
    features: Mapping[str, Callable[[Ctx, Argument], Answer]],
    argument: Argument,
    default: Callable[[Ctx], Answer],
) -> Mapping[str, Callable[[Ctx], Answer]]:
    """Return the hooks of a plugin, each made once: mypy asks for them at every call.

    Args:
        features: what looks at the code, by name.
        argument: what each is handed beside mypy's context.
        default: returns mypy's own answer.
    """
    return {name: guarded(bound(each, argument), default) for name, each in features.items()}


def bound(
    feature: Callable[[Ctx, Argument], Answer], argument: Argument
) -> Callable[[Ctx], Answer]:
    """Return a hook that hands one argument more to a feature."""

    def hook(ctx: Ctx) -> Answer:
        return feature(ctx, argument)

    return hook


def guarded(
    hook: Callable[[Ctx], Answer], default: Callable[[Ctx], Answer]
) -> Callable[[Ctx], Answer]:
    """Return a hook that gives mypy's own answer where it fails.

    Any exception in a hook is an internal error of mypy for whoever runs it.

    Args:
        hook: what looks at the code.
        default: returns mypy's own answer.
    """

    def answer(ctx: Ctx) -> Answer:
        try:
            return hook(ctx)
        except Exception:
            if os.environ.get(_STRICT):
                raise
            return default(ctx)

    return answer
