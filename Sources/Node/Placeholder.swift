// Placeholder until the first type of Node lands.
