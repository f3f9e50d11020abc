"""What `demo.py` sends, counts and shows; no part of the shop."""
