"""What is acknowledged is shown once and in order, in 12 rooms, through a minute of faults."""

from main.tests import test_chat_faults


class MinuteOfFaults(test_chat_faults.FaultTests):
    rooms = 12
    rounds = 13
    every = 1.5  # a slow machine stores sixty a second, and is down for most of this minute
