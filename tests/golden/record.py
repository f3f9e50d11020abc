"""Write the golden messages that are not there yet."""

from typing import Any

import django


def record() -> None:
    """Write a file for each codec and message that has none."""
    from tests.codecs import CODECS
    from tests.golden.messages import FOLDER, MESSAGES

    for name, codec in CODECS.items():
        for message, make in MESSAGES.items():
            path = FOLDER / name / f"{message}.{name}"
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                data: Any = codec.encode(make())
                path.write_bytes(data.encode() if isinstance(data, str) else data)


if __name__ == "__main__":
    django.setup()
    record()
