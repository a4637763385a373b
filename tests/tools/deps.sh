#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the project needs from the machine.
#   deps.sh check GROUP...    says what is missing; exit 1 when something is
#   deps.sh install GROUP...  installs what is missing with apt, as root or with sudo
# Groups: build, test, fuzz, lint, bench, lab, package.
set -u

have_pkg() { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$1"; }
have_cmd() { command -v "$1" >/dev/null 2>&1; }
have_llhttp() { have_pkg libllhttp || [ -f /usr/share/llhttp/llhttp.c ]; }
have_fuzzer() {
    have_cmd clang && [ -n "$(find "$(clang -print-resource-dir 2>/dev/null)" -name 'libclang_rt.fuzzer*' 2>/dev/null | head -n 1)" ]
}

missing=""   # Debian packages
said=""      # lines for people
need() { # probe, Debian package, what it is
    if ! eval "$1"; then
        missing="$missing $2"
        said="$said    $2: $3
"
    fi
}

group_build() {
    need 'have_cmd cc || have_cmd "${CC:-cc}"' gcc 'a C compiler'
    need 'have_cmd pkg-config' pkg-config 'finds the libraries'
    need 'have_pkg libpcap' libpcap-dev 'packet capture and capture files'
    need 'have_llhttp' node-llhttp 'the HTTP parser (or any libllhttp that pkg-config knows)'
    need 'have_pkg json-c' libjson-c-dev 'JSON output'
    need 'have_pkg libsodium' libsodium-dev 'keyed hashing'
    need 'have_pkg libpcre2-8' libpcre2-dev 'patterns of user-defined dialects'
    need 'have_pkg libconfig' libconfig-dev 'the configuration file'
    need 'have_pkg zlib' zlib1g-dev 'gzip-compressed captures'
    need 'have_pkg libzstd' libzstd-dev 'zstd-compressed captures'
    need 'have_pkg libutf8proc' libutf8proc-dev 'the width of characters in a terminal'
    need 'have_pkg libmicrohttpd' libmicrohttpd-dev 'the metrics server'
    need 'have_pkg libseccomp' libseccomp-dev 'the filter of system calls'
    need 'have_pkg libcap-ng' libcap-ng-dev 'giving up capabilities'
    need 'have_pkg ncursesw' libncurses-dev 'the terminal of the live view'
}
group_test() {
    need 'have_pkg cmocka' libcmocka-dev 'unit tests'
    need 'have_pkg jansson' libjansson-dev 'reads the JSON back in tests'
    need 'have_cmd jq' jq 'reads the JSON back in tests'
    need 'have_cmd zstd' zstd 'makes a compressed capture in tests'
    need 'have_cmd bash' bash 'test scripts'
    need 'have_cmd prometheus && have_cmd promtool' prometheus 'scrapes and checks the metrics in tests'
    need 'have_cmd mandoc' mandoc 'checks the man page'
    need 'have_cmd zsh' zsh 'its completion is tested'
    need 'have_cmd systemd-analyze' systemd 'checks the service'
    need 'have_cmd socat' socat 'hears what the program tells a service manager in tests'
    need 'have_cmd python3' python3 'compares labels with the logs of caches'
    need 'have_cmd ip' iproute2 'network namespaces for tests of live capture'
    need 'have_cmd tmux' tmux 'terminals in which the live view is tested'
    need 'have_cmd curl' curl 'requests in tests of live capture'
    need 'have_cmd tcpdump' tcpdump 'saved captures are compared with it in tests'
    need 'have_cmd nginx' nginx-light 'a real cache in tests under load'
    need 'have_cmd wrk' wrk 'the load'
    group_fuzz
}
group_package() {
    need 'have_cmd dpkg-buildpackage' dpkg-dev 'builds the package'
    need 'have_cmd dh' debhelper 'builds the package'
    need 'have_cmd fakeroot' fakeroot 'builds the package'
    need 'have_cmd debootstrap' debootstrap 'a fresh Debian to install it in'
    need 'have_cmd lintian' lintian 'checks the package'
}
group_fuzz() {
    need 'have_cmd clang' clang 'fuzz targets'
    need 'have_fuzzer' libclang-rt-14-dev 'the runtime of libFuzzer'
}
group_lint() {
    need 'have_cmd clang-format' clang-format 'format check'
    need 'have_cmd clang-tidy' clang-tidy 'static analysis'
    need 'have_cmd cppcheck' cppcheck 'static analysis'
}
group_bench() { # tshark and httpry are measured where they are installed
    need 'have_cmd tcpreplay' tcpreplay 'sends a capture to an interface'
    need 'have_cmd tcpdump' tcpdump 'a live capture is measured beside it'
    need 'have_cmd jq' jq 'reads the summary'
    need 'have_cmd curl' curl 'scrapes the metrics meanwhile'
    need 'have_cmd ip' iproute2 'network namespaces'
}
group_lab() {
    need 'have_cmd ip' iproute2 'network namespaces'
    need 'have_cmd python3' python3 'the origin, the clients, the comparison'
    need 'have_cmd nginx' nginx-light 'a cache of the lab'
    need 'have_cmd varnishd' varnish 'a cache of the lab'
    need 'have_cmd squid' squid 'a cache of the lab'
    need 'have_cmd traffic_server' trafficserver 'a cache of the lab'
    need 'have_cmd apache2' apache2-bin 'a cache of the lab (httpd, without a service)'
    need 'have_cmd haproxy' haproxy 'a cache of the lab'
}

# The lab runs the caches itself: their services must neither start nor be enabled. Services
# of packages that were on the machine before are left as they are.
policy=/usr/sbin/policy-rc.d
held=""
hold_services() {
    case " $missing " in *" nginx-light "* | *" varnish "* | *" squid "* | *" trafficserver "* | *" haproxy "*) ;; *) return 0 ;; esac
    [ -e "$policy" ] && return 0
    trap release_services EXIT
    trap 'exit 130' INT TERM
    held=1
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
}
release_services() {
    [ -n "$held" ] && $as_root rm -f "$policy"
    held=""
}
disable_services() {
    for package in $missing; do
        case $package in
        nginx-light) units=nginx ;;
        varnish) units="varnish varnishncsa" ;;
        squid | trafficserver | haproxy) units=$package ;;
        *) continue ;;
        esac
        for unit in $units; do
            if have_cmd systemctl; then
                $as_root systemctl disable --quiet "$unit" 2>/dev/null
            elif have_cmd update-rc.d; then
                $as_root update-rc.d "$unit" disable
            fi
        done
    done
    return 0
}

mode=${1:-check}
[ $# -gt 0 ] && shift
for group in "$@"; do
    case $group in
    build | test | fuzz | lint | bench | lab | package) "group_$group" ;;
    *) echo "deps.sh: unknown group $group" >&2; exit 2 ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "$mode" = install ] && have_cmd apt-get; then
    if [ "$(id -u)" -eq 0 ]; then as_root=""; else as_root="sudo"; fi
    if [ -z "$as_root" ] || have_cmd sudo; then
        echo "installing:$missing"
        hold_services
        # shellcheck disable=SC2086
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null &&
            disable_services && exit 0
        echo "apt-get could not install:$missing" >&2
        exit 1
    fi
fi

{
    echo "cachetap needs these, which are not on this machine (names of Debian's packages):"
    printf '%s' "$said"
    if have_cmd apt-get; then
        echo "install them with: make deps    (as root or with sudo), or: apt-get install$missing"
    else
        echo "install them with this system's package manager, under its names, and run make again"
    fi
} >&2
exit 1
