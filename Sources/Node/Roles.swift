/// The roles a process of the cluster can run, each until a signal ends it.
public enum Roles {
    /// Runs a shard node.
    ///
    /// - Parameters:
    ///   - planPath: The cluster's plan, written by `castle up`.
    ///   - id: This node's name in it.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func shard(planPath: String, id: String) throws {
        try ShardNode.run(planPath: planPath, id: id)
    }

    /// Runs a router.
    ///
    /// - Parameters:
    ///   - planPath: The cluster's plan, written by `castle up`.
    ///   - id: This router's name in it.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func router(planPath: String, id: String) throws {
        try RouterNode.run(planPath: planPath, id: id)
    }

    /// Runs a coordinator.
    ///
    /// - Parameters:
    ///   - planPath: The cluster's plan, written by `castle up`.
    ///   - id: This coordinator's name in it.
    ///   - isBootstrapping: Whether it may create the logs of a new cluster.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func coordinator(planPath: String, id: String, isBootstrapping: Bool) throws {
        try CoordinatorNode.run(planPath: planPath, id: id, isBootstrapping: isBootstrapping)
    }
}
