class Mailbox:
    serializer: str | None
