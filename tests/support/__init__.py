"""The real things the tests and the demo run on: PostgreSQL, Handclasp itself, Trac, browsers.

Nothing here is a fake. Each module starts one real program with its own directory and port, and ends
exactly the processes it started.
"""
