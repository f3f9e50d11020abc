from typing import Any

def saferepr(
    o: Any, maxlen: int | None = None, maxlevels: int = 3, seen: set[Any] | None = None
) -> str: ...
