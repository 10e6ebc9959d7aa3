// Placeholder until the first type of Redis lands.
