# The parts of kombu that this project uses, with the signatures of kombu 5.7's source.

from kombu.connection import Connection as Connection
from kombu.message import Message as Message
from kombu.messaging import Producer as Producer
