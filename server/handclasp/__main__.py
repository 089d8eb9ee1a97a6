"""`python -m handclasp` is the command line."""

from .cli import main

main()
