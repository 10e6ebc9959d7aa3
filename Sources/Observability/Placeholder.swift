// Placeholder until the first type of Observability lands.
