import Configuration

/// The roles a process of the cluster can run, each until a signal ends it.
public enum Roles {
    /// Runs a shard node.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This node's name in it.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func shard(plan: ClusterPlan, id: String) throws {
        try ShardNode.run(plan: plan, id: id)
    }

    /// Runs a router.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This router's name in it.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func router(plan: ClusterPlan, id: String) throws {
        try RouterNode.run(plan: plan, id: id)
    }

    /// Runs a coordinator.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This coordinator's name in it.
    ///   - isBootstrapping: Whether it may create the logs of a new cluster.
    /// - Throws: What makes it impossible to start: a bad file, a port in use.
    public static func coordinator(plan: ClusterPlan, id: String, isBootstrapping: Bool) throws {
        try CoordinatorNode.run(plan: plan, id: id, isBootstrapping: isBootstrapping)
    }
}
