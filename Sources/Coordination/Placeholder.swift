// Placeholder until the first type of Coordination lands.
