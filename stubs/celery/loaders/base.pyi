from types import ModuleType

class BaseLoader:
    def import_default_modules(self) -> list[ModuleType]: ...
