from typing import Generic, TypeVar

_T = TypeVar("_T")

class LocalStack(Generic[_T]):
    @property
    def stack(self) -> list[_T]: ...
    @property
    def top(self) -> _T | None: ...
