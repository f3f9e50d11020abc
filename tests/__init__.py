"""Tests of modelref: the specification, run against real databases, brokers and workers."""
