// Placeholder until the first type of Trading lands.
