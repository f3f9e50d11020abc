from kombu.utils.uuid import uuid as uuid
