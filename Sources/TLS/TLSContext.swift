/// Certificate, key and trust that the connections of one server or client share.
///
/// TLS 1.2 and later; the protocol is HTTP/2 by ALPN.
public final class TLSContext {
    let handle: ContextHandle

    private init(handle: consuming ContextHandle) {
        self.handle = handle
    }

    /// What a server shows to its clients.
    ///
    /// - Parameters:
    ///   - certificatePath: PEM file of the certificate and its chain.
    ///   - keyPath: PEM file of its private key.
    /// - Returns: The context.
    /// - Throws: `TLSError` when a file cannot be used.
    public static func server(
        certificatePath: String,
        keyPath: String
    ) throws(TLSError) -> TLSContext {
        let handle = ContextHandle(isServer: true)
        try handle.use(certificatePath: certificatePath, keyPath: keyPath)
        return TLSContext(handle: handle)
    }

    /// What a client trusts.
    ///
    /// - Parameters:
    ///   - verifyPeer: Whether the server must prove that it has the name we connect to.
    ///   - caPath: PEM file of trusted authorities; nil trusts those of the system.
    /// - Returns: The context.
    /// - Throws: `TLSError` when the file cannot be used.
    public static func client(verifyPeer: Bool, caPath: String?) throws(TLSError) -> TLSContext {
        let handle = ContextHandle(isServer: false)
        if verifyPeer { try handle.verifyPeers(caPath: caPath) }
        return TLSContext(handle: handle)
    }
}
