from typing import Any

def instantiate(name: Any, *args: Any, **kwargs: Any) -> Any: ...
def symbol_by_name(
    name: Any,
    aliases: Any = None,
    imp: Any = None,
    package: str | None = None,
    sep: str = ".",
    default: Any = None,
    **kwargs: Any,
) -> Any: ...
