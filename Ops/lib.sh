# shellcheck shell=bash
# Pieces shared by the scripts of this folder; sourced, never run.
# A script stays thin: what needs thought is a subcommand of `castle`.

set -euo pipefail

# Books and accounts are looked into at random: with pages of 2 MB the processor finds the places
# without walking page tables for each.
export GLIBC_TUNABLES=${GLIBC_TUNABLES-glibc.malloc.hugetlb=1}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary="$root/.build/release/castle"
port_base_default=9000
dir_default="$root/var/local"
topology_default="$root/Cluster/topologies/local.json"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# A wrong call is answered like a failed one, with its own exit code.
misuse() {
    say "$(basename "$0"): $* (see --help)"
    exit 2
}

# Prints the comment block at the top of the calling script.
usage() {
    sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"
    exit 0
}

# value OPTION COUNT: refuses an option that came without its value.
value() { [ "$2" -ge 2 ] || misuse "$1 needs a value"; }

require_port_base() {
    [[ $1 =~ ^[0-9]{1,5}$ ]] && [ "$1" -ge 1024 ] && [ "$1" -le 65000 ] ||
        misuse "--port-base must be a number from 1024 to 65000"
}

# ---- Set-up -------------------------------------------------------------------------------------

run_packages=(
    g++ libnghttp2-dev libssl-dev libhiredis-dev libuv1-dev libwslay-dev redis-server nghttp2-proxy
    curl openssl
)
api_bench_packages=(nghttp2-client nghttp2-server python3)
drill_packages=(iproute2 nftables faketime)
test_packages=(nghttp2-client python3-venv valgrind)

# missing_packages NAME…: prints those that are not installed.
missing_packages() {
    local installed name
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    for name in "$@"; do
        grep -qx "$name installed" <<<"$installed" || printf '%s ' "$name"
    done
}

# Installs the packages named, if any is missing. Silent when none is.
set_up() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        fail "this is no Debian-like system (no apt-get); install by hand: $*"
    local missing
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "needs root or sudo to install: $missing"
        as_root=(sudo)
    fi
    say "installing Debian packages: $missing"
    # shellcheck disable=SC2086 # One word a package.
    "${as_root[@]}" bash "$root/Ops/lib.sh" --install $missing >&2 ||
        fail "apt-get could not install: $missing"
}

# Runs as root, in a process of its own, so that its trap puts policy-rc.d back in any case.
install_packages() {
    # Not local: the trap runs after the function has returned.
    policy=/usr/sbin/policy-rc.d
    log=$(mktemp)
    local name step
    trap 'rm -f "$log"' EXIT
    # A service started by its package would be a Redis of the system's, which is not ours.
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$log" "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    for step in "update -q" "install -q -y --no-install-recommends $*"; do
        # shellcheck disable=SC2086 # Words on purpose.
        if ! apt-get -o DPkg::Lock::Timeout=120 $step >"$log" 2>&1; then
            # A stale list may still serve; a failed installation is the end.
            [[ $step == update* ]] && continue
            tail -n 5 "$log" >&2
            exit 1
        fi
    done
    for name in redis-server nghttpx; do
        # Nor at the next boot. Fails where systemd does not run, which is as good.
        systemctl disable --quiet "$name" 2>/dev/null || true
    done
    say "installed"
}

require_redis() {
    local text=none
    command -v redis-server >/dev/null && text=$(redis-server --version)
    [[ $text =~ v=([0-9]+)\. ]] && [ "${BASH_REMATCH[1]}" -ge 7 ] ||
        fail "needs Redis 7.0 or newer (Redis Functions); found: $text"
}

require_swift() {
    command -v swift >/dev/null ||
        fail "needs a Swift toolchain, 6.2 or newer, on PATH: see https://www.swift.org/install/linux"
    local text
    text=$(swift --version 2>/dev/null | grep -m 1 'Swift version') || true
    [[ $text =~ version\ ([0-9]+)\.([0-9]+) ]] || fail "swift --version does not answer; is the toolchain whole?"
    [ "${BASH_REMATCH[1]}" -gt 6 ] ||
        { [ "${BASH_REMATCH[1]}" -eq 6 ] && [ "${BASH_REMATCH[2]}" -ge 2 ]; } ||
        fail "needs Swift 6.2 or newer, found ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}: see https://www.swift.org/install/linux"
}

# ---- Build --------------------------------------------------------------------------------------

# The stamp carries the time the last good build *began*, so an edit made meanwhile counts as newer.
# Folders are looked at too: removing a file changes only its folder.
is_built() {
    local stamp="$root/.build/castle-release.stamp"
    [ -x "$binary" ] && [ -e "$stamp" ] &&
        [ -z "$(find "$root/Package.swift" "$root/Sources" -newer "$stamp" -print -quit)" ]
}

# Builds the release binary, if a source is newer than it. Silent when none is.
build_release() {
    is_built && return
    require_swift
    say "building release (some minutes the first time)"
    mkdir -p "$root/.build"
    local begun="$root/.build/castle-release.begun"
    touch "$begun"
    (cd "$root" && swift build -c release --product castle) >&2 || fail "the build failed"
    mv "$begun" "$root/.build/castle-release.stamp"
}

# ---- Processes ----------------------------------------------------------------------------------

# cluster_pids DIR: prints the processes that belong to the cluster in DIR.
#
# `up` exports CASTLE_CLUSTER, which every child inherits; a `castle up` started by hand has DIR among
# its arguments. Redis overwrites its environment with its title, but works inside DIR. The name is checked too, so that a shell or an editor that happens to
# stand in DIR is left alone.
cluster_pids() {
    local dir=$1 process name
    for process in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$process/comm" || continue
        case $name in castle | redis-server | nghttpx) ;; *) continue ;; esac
        if tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qFx "CASTLE_CLUSTER=$dir" ||
            tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qFx -- "$dir" ||
            [[ $(readlink "$process/cwd" 2>/dev/null)/ == "$dir"/* ]]; then
            # A zombie has ended; only its parent has not looked yet.
            grep -q '^State:.Z' "$process/status" 2>/dev/null || printf '%s\n' "${process#/proc/}"
        fi
    done
}

# supervisor_pid DIR: prints the pid of the running `castle up` of DIR, or nothing.
#
# A pid file may outlive its process and the number may since belong to another.
supervisor_pid() {
    local pid
    read -r pid 2>/dev/null <"$1/supervisor.pid" || return 0
    [[ $pid =~ ^[0-9]+$ ]] || return 0
    cluster_pids "$1" | grep -x "$pid" || true
}

if [ "${1-}" = --install ] && [ "${BASH_SOURCE[0]}" = "$0" ]; then
    shift
    install_packages "$@"
fi
