# The parts of kombu that this project uses, with the signatures of kombu 5.7's source.
