"""The queue: work is put off by job name, with plain arguments, in the caller's transaction.

Jobs declare themselves (`job`, `periodic`) in main/jobs; the worker that runs them is here.
"""

from main.queue.names import JOBS, UnknownJob, job, periodic
from main.queue.periods import EACH_HOUR, EACH_MINUTE, EACH_NIGHT
from main.queue.putting_off import put_off, put_off_until

__all__ = [
    "EACH_HOUR",
    "EACH_MINUTE",
    "EACH_NIGHT",
    "JOBS",
    "UnknownJob",
    "job",
    "periodic",
    "put_off",
    "put_off_until",
]
