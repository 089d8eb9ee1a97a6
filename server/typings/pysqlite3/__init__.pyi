# What we use of pysqlite3: the standard library's interface over the SQLite that comes with the wheel.
from sqlite3 import OperationalError as OperationalError
from sqlite3 import sqlite_version as sqlite_version
from sqlite3 import sqlite_version_info as sqlite_version_info
