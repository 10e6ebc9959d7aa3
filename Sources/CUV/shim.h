#pragma once
#include <signal.h>
#include <string.h>
#include <uv.h>

// A write to a socket whose peer is gone must be an error code, not a signal.
static inline void castle_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

// Addresses: the casts between the families of sockaddr are C's business.
static inline int castle_parse_address(const char *host, int port, struct sockaddr_storage *out) {
    memset(out, 0, sizeof *out);
    if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
    if (uv_ip4_addr(host, port, (struct sockaddr_in *)out) == 0) return 0;
    return uv_ip6_addr(host, port, (struct sockaddr_in6 *)out);
}

static inline int castle_bind(uv_tcp_t *socket, const struct sockaddr_storage *address) {
    return uv_tcp_bind(socket, (const struct sockaddr *)address, 0);
}

static inline int castle_connect(
    uv_connect_t *request, uv_tcp_t *socket, const struct sockaddr_storage *address,
    uv_connect_cb callback) {
    return uv_tcp_connect(request, socket, (const struct sockaddr *)address, callback);
}

// Port of one end of the socket, with its host as text; negative on failure.
static inline int castle_socket_name(
    const uv_tcp_t *socket, int is_remote, char *host, size_t host_size) {
    struct sockaddr_storage name;
    int size = sizeof name;
    int code = is_remote ? uv_tcp_getpeername(socket, (struct sockaddr *)&name, &size)
                         : uv_tcp_getsockname(socket, (struct sockaddr *)&name, &size);
    if (code != 0) return code;
    code = uv_ip_name((struct sockaddr *)&name, host, host_size);
    if (code != 0) return code;
    return ntohs(
        name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                   : ((struct sockaddr_in *)&name)->sin_port);
}

// Files of a child process: a descriptor to append to, or a negative error number.
static inline int castle_open_appending(const char *path) {
    uv_fs_t request;
    int descriptor = uv_fs_open(
        NULL, &request, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_APPEND, 0644, NULL);
    uv_fs_req_cleanup(&request);
    return descriptor;
}

static inline void castle_close_file(int descriptor) {
    uv_fs_t request;
    uv_fs_close(NULL, &request, descriptor, NULL);
    uv_fs_req_cleanup(&request);
}
