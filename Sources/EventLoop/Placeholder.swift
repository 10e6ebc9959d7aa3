// Placeholder until the first type of EventLoop lands.
