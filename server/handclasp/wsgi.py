"""What gunicorn loads."""

import gc

from .app import create_app

app = create_app()

# What is loaded by now stays. Without this, each full collection walks all of it again, and every request of the
# worker waits meanwhile (tens of milliseconds).
gc.collect()
gc.freeze()
