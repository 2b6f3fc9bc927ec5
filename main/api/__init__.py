"""The doors for programs: dispatch (/api/) and customers' phones (/mobile-api/)."""
