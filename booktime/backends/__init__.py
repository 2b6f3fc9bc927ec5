"""What Django and Channels are told to use by the settings: database, cache, sessions ..."""
