"""What is acknowledged is shown once and in order, in 24 rooms, through a minute of faults."""

from main.tests import test_chat_faults


class MinuteOfFaults(test_chat_faults.FaultTests):
    rooms = 24
    rounds = 13
