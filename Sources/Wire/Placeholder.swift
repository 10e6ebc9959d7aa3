// Placeholder until the first type of Wire lands.
