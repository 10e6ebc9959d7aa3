// Placeholder until the first type of Membership lands.
