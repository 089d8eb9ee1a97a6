"""The promise of rules 3 to 6, attacked.

Histories are driven, what everybody sees over all time is collected, and a solver tries to break the promise.
"""
