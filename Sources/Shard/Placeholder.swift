// Placeholder until the first type of Shard lands.
