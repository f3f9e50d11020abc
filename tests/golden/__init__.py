"""Golden messages: what has been sent once is read for ever.

Each codec has a folder with a file for each message of `tests.golden.messages`.
`python -m tests.golden.record`, with the settings of the tests, writes the files of new messages;
a file that is there is never written again.
"""
