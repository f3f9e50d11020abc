"""kombu's filesystem transport with a message that appears in one piece.

kombu opens the file of a message under its final name and writes it afterwards; a worker that polls
in between reads half a message and stops. Here the file is renamed when it is complete.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Puts messages into the folder by renaming them."""

    def _put(  # type: ignore[override]  # as kombu's own does
        self, queue: str, payload: Any, **kwargs: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = folder / f".{name}"
        unfinished.write_text(dumps(payload))
        unfinished.rename(folder / name)


class Transport(filesystem.Transport):
    """The transport to name in `broker_transport`."""

    Channel = Channel
