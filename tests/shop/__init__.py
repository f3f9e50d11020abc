"""The Django app of the tests: a shop with a model of every kind a project may have."""
