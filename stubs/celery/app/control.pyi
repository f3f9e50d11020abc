from celery.app.base import Celery
from kombu.pidbox import Mailbox

class Control:
    app: Celery
    mailbox: Mailbox

    # The source has a default for `app`, and fails without an app.
    def __init__(self, app: Celery) -> None: ...
