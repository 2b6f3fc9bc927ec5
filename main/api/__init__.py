"""The doors for programs: dispatch (/api/) and the customers' phones (/mobile-api/)."""
