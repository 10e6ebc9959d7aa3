internal import COpenSSL

// The only file that knows OpenSSL. TLS is used without I/O: encrypted bytes go through two
// memory BIOs.

private func lastError() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let text = ERR_reason_error_string(code) else { return "unknown error" }
    return String(cString: text)
}

// MARK: TLS

/// An SSL_CTX.
struct ContextHandle: ~Copyable {
    fileprivate let pointer: OpaquePointer

    init(isServer: Bool) {
        guard let made = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
            fatalError("no TLS: \(lastError())")
        }
        pointer = made
        castle_set_minimum_tls12(made)
        castle_release_idle_buffers(made)
        castle_forbid_renegotiation(made)
        let protocols: [UInt8] = [2] + Array("h2".utf8)
        if isServer {
            SSL_CTX_set_alpn_select_cb(made, castle_select_h2, nil)
        } else {
            SSL_CTX_set_alpn_protos(made, protocols, UInt32(protocols.count))
        }
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    func use(certificatePath: String, keyPath: String) throws(TLSError) {
        guard SSL_CTX_use_certificate_chain_file(pointer, certificatePath) == 1 else {
            throw .badCertificate(path: certificatePath, reason: lastError())
        }
        guard SSL_CTX_use_PrivateKey_file(pointer, keyPath, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(pointer) == 1
        else { throw .badKey(path: keyPath, reason: lastError()) }
    }

    func verifyPeers(caPath: String?) throws(TLSError) {
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        let code =
            caPath.map { SSL_CTX_load_verify_locations(pointer, $0, nil) }
            ?? SSL_CTX_set_default_verify_paths(pointer)
        guard code == 1 else {
            throw .badCertificate(path: caPath ?? "of the system", reason: lastError())
        }
    }
}

/// An SSL with its two memory BIOs.
struct SessionHandle: ~Copyable {
    enum HandshakeResult {
        case done, needsMore
        case failed(String)
    }

    enum ReadResult {
        case bytes(Int)
        case needsMore, ended
        case failed(String)
    }

    private let pointer: OpaquePointer
    private let received: OpaquePointer
    private let encrypted: OpaquePointer

    init(context: borrowing ContextHandle, isServer: Bool, serverName: String?) {
        guard let made = SSL_new(context.pointer), let received = BIO_new(BIO_s_mem()),
            let encrypted = BIO_new(BIO_s_mem())
        else { fatalError("no TLS session: \(lastError())") }
        pointer = made
        self.received = received
        self.encrypted = encrypted
        // The session owns both from here.
        SSL_set_bio(made, received, encrypted)
        if isServer {
            SSL_set_accept_state(made)
        } else {
            SSL_set_connect_state(made)
            if let serverName { expect(serverName) }
        }
    }

    deinit {
        SSL_free(pointer)
    }

    /// Takes encrypted bytes of the peer.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        // A memory BIO takes everything.
        BIO_write(received, bytes.baseAddress, Int32(bytes.count))
    }

    func handshake() -> HandshakeResult {
        ERR_clear_error()
        let code = SSL_do_handshake(pointer)
        if code == 1 { return .done }
        guard SSL_get_error(pointer, code) != SSL_ERROR_WANT_READ else { return .needsMore }
        let verification = SSL_get_verify_result(pointer)
        guard verification != Int(X509_V_OK) else { return .failed(lastError()) }
        ERR_clear_error()
        return .failed(String(cString: X509_verify_cert_error_string(verification)))
    }

    var hasAgreedOnHTTP2: Bool {
        var name: UnsafePointer<UInt8>?
        var size: UInt32 = 0
        SSL_get0_alpn_selected(pointer, &name, &size)
        return UnsafeBufferPointer(start: name, count: Int(size)).elementsEqual("h2".utf8)
    }

    func read(into target: UnsafeMutableRawBufferPointer) -> ReadResult {
        ERR_clear_error()
        let count = SSL_read(pointer, target.baseAddress, Int32(target.count))
        if count > 0 { return .bytes(Int(count)) }
        switch SSL_get_error(pointer, count) {
        case SSL_ERROR_WANT_READ: return .needsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(lastError())
        }
    }

    /// Encrypts all the bytes; false when the session is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        ERR_clear_error()
        // The memory BIO grows as needed, so a write is never partial.
        return SSL_write(pointer, bytes.baseAddress, Int32(bytes.count)) == Int32(bytes.count)
    }

    /// Queues our notice that nothing follows.
    func shutDown() {
        ERR_clear_error()
        SSL_shutdown(pointer)
    }

    /// Hands on what is to be sent to the peer.
    func takeEncrypted(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start: UnsafePointer<CChar>?
        let count = castle_memory_bytes(encrypted, &start)
        guard count > 0 else { return }
        body(UnsafeRawBufferPointer(start: start, count: count))
        castle_memory_reset(encrypted)
    }

    private func expect(_ name: String) {
        // An address is checked as such and is not sent as a server name (RFC 6066, 3).
        guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), name) != 1 else { return }
        ERR_clear_error()
        SSL_set1_host(pointer, name)
        castle_set_server_name(pointer, name)
    }
}

// MARK: Digests

/// A SHA-256 that has absorbed a beginning, and can be finished many times.
final class Digest {
    private let state: OpaquePointer
    private let scratch: OpaquePointer

    init() {
        guard let state = EVP_MD_CTX_new(), let scratch = EVP_MD_CTX_new(),
            EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1
        else { fatalError("no SHA-256: \(lastError())") }
        self.state = state
        self.scratch = scratch
    }

    deinit {
        EVP_MD_CTX_free(state)
        EVP_MD_CTX_free(scratch)
    }

    /// Absorbs a beginning.
    func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(state, bytes.baseAddress, bytes.count)
    }

    /// The digest of the beginning and the bytes; the beginning stays.
    func finish(with bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard EVP_MD_CTX_copy_ex(scratch, state) == 1,
            EVP_DigestUpdate(scratch, bytes.baseAddress, bytes.count) == 1
        else { fatalError("SHA-256 failed: \(lastError())") }
        return [UInt8](unsafeUninitializedCapacity: 32) { target, count in
            guard EVP_DigestFinal_ex(scratch, target.baseAddress, nil) == 1 else {
                fatalError("SHA-256 failed: \(lastError())")
            }
            count = 32
        }
    }
}

// MARK: Public keys

/// An EVP_PKEY that holds a public key.
final class PublicKeyHandle {
    private let pointer: OpaquePointer

    /// Reads PEM or DER.
    init?(_ bytes: [UInt8]) {
        guard let made = Self.fromPEM(bytes) ?? Self.fromDER(bytes) else {
            ERR_clear_error()
            return nil
        }
        ERR_clear_error()
        pointer = made
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// `nil` for a kind that is not used here.
    var kind: PublicKey.Kind? {
        switch EVP_PKEY_get_base_id(pointer) {
        case EVP_PKEY_ED25519: .ed25519
        case EVP_PKEY_RSA: .rsa(bits: Int(EVP_PKEY_get_bits(pointer)))
        default: nil
        }
    }

    var der: [UInt8] {
        let size = i2d_PUBKEY(pointer, nil)
        guard size > 0 else { fatalError("a key has no DER: \(lastError())") }
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { target, count in
            var next = target.baseAddress
            count = Int(i2d_PUBKEY(pointer, &next))
        }
    }

    /// RSA signs a SHA-256, Ed25519 the message itself.
    func isValid(_ signature: [UInt8], of message: [UInt8], isHashed: Bool) -> Bool {
        guard let context = EVP_MD_CTX_new() else { fatalError("no memory: \(lastError())") }
        defer { EVP_MD_CTX_free(context) }
        let digest = isHashed ? EVP_sha256() : nil
        guard EVP_DigestVerifyInit(context, nil, digest, nil, pointer) == 1 else {
            fatalError("no verification: \(lastError())")
        }
        let code = EVP_DigestVerify(
            context,
            signature,
            signature.count,
            message,
            message.count
        )
        ERR_clear_error()
        return code == 1
    }

    private static func fromPEM(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes { buffer in
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else {
                return nil
            }
            defer { BIO_free(bio) }
            return PEM_read_bio_PUBKEY(bio, nil, nil, nil)
        }
    }

    private static func fromDER(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            guard let made = d2i_PUBKEY(nil, &next, buffer.count) else { return nil }
            guard next == buffer.baseAddress.map({ $0 + buffer.count }) else {
                EVP_PKEY_free(made)
                return nil
            }
            return made
        }
    }
}
