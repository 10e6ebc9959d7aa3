// Placeholder until the first type of Simulation lands.
