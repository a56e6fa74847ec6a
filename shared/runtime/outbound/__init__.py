"""Which addresses outside may be reached: decided for the very addresses that are connected to."""
