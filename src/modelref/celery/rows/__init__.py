"""How the rows of a call are read, and what happens where one does not exist."""
