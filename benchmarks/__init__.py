"""What references cost, against the same work done by hand and by other ways."""
