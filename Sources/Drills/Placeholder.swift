// Placeholder until the first type of Drills lands.
