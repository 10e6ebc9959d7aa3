// Placeholder until the first type of Replication lands.
