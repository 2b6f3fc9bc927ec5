"""Times of the day with all hours: Django's own would say 4:15 a.m. here, and 04:15 there."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
