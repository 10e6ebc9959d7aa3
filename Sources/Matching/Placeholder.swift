// Placeholder until the first type of Matching lands.
