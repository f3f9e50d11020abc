"""A shop, whose rows are sent."""
