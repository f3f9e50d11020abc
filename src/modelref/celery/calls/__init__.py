"""Calls on their way out: messages, the transactions they wait for, their results."""
