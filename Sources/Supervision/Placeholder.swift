// Placeholder until the first type of Supervision lands.
