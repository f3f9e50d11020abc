"""The arguments of a task: what their annotations ask for, and how they get there."""
