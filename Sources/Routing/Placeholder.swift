// Placeholder until the first type of Routing lands.
