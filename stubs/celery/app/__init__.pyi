from collections.abc import Callable
from typing import Any, overload

@overload
def shared_task(fun: Callable[..., Any], /, **options: Any) -> Any: ...
@overload
def shared_task(**options: Any) -> Callable[[Callable[..., Any]], Any]: ...
