// Placeholder until the first type of Workload lands.
