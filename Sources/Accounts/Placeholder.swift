// Placeholder until the first type of Accounts lands.
