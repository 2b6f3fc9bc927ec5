"""What tests stand on: cases to inherit from, servers, clients, tables and odd values."""
