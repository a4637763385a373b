#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb_test.sh FOLDER: installs the package of FOLDER in a fresh Debian, runs it, installs it over
# itself, removes it and purges it; nothing may be left but the account. As root.
set -eu
out=$1
here=$(realpath "$(dirname "$0")")
first='' outer='' server=''
deb=$(ls "$out"/cachetap_*.deb)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -n 's,^deb [^h]*\(http[^ ]*\) .*,\1,p; s,^URIs: *\(http[^ ]*\).*,\1,p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
root=$(mktemp -d)
chmod 0755 "$root" # its accounts walk through it
clean_up() {
    [ -z "$outer" ] || kill -KILL "$outer" $server 2>/dev/null || true
    rm -rf "$root"
}
trap clean_up EXIT
echo "  deb   a fresh $suite"
debootstrap --variant=minbase --include=systemd,systemd-sysv "$suite" "$root" ${mirror:+"$mirror"} >"$out/debootstrap.log" 2>&1 ||
    { tail -n 5 "$out/debootstrap.log"; exit 1; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
check() { # text, command...
    text=$1
    shift
    if "$@"; then echo "ok - $text"; else echo "not ok - $text"; exit 1; fi
}
quietly() { "$@" >>"$out/install.log" 2>&1; }

# ---- its own systemd, in namespaces -------------------------------------------------------------
boot() {
    unshare --pid --fork --mount --uts --ipc --net --cgroup --kill-child "$here/boot.sh" "$root" >>"$out/boot.log" 2>&1 &
    outer=$!
    until_true booted
}
booted() {
    first=$(pgrep -P "$outer" -x systemd) && systemd systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'
}
systemd() { nsenter -t "$first" -m -u -i -n -p -C -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
until_true() { # at most a minute
    i=0
    until "$@"; do
        i=$((i + 1))
        [ "$i" -lt 600 ] || return 1
        sleep 0.1
    done
}
property() { systemd systemctl show cachetap -P "$1"; }
rights() { # account, capabilities, whether it can get more
    systemd sed -nE 's/^(Uid|CapEff|NoNewPrivs):\s*([0-9a-f]+).*/\2/p' "/proc/$(property MainPID)/status" | tr '\n' ' '
}
# A request in the network of that system, to a server that is there only meanwhile.
ask() { nsenter -t "$first" -n curl -sf "http://127.0.0.1:$1" >/dev/null; }
serve() {
    nsenter -t "$first" -n ip link set lo up
    nsenter -t "$first" -n python3 -m http.server -d "$root/usr/share/doc/cachetap" --bind 127.0.0.1 8000 >/dev/null 2>&1 &
    server=$!
    until_true ask 8000/
}
results=/var/log/cachetap/transactions.json
has_result() { ask "8000/$1"; grep -q "\"uri\":\"/$1\"" "$root$results"; }
rotates() { systemd mv $results $results.1 && systemd systemctl reload cachetap && until_true has_result '?rotated'; }
is_back() { [ "$(property NRestarts)" -eq 1 ] && [ "$(property ActiveState)" = active ] && ask 9113/healthz; }
comes_back() { systemd systemctl kill -s KILL cachetap && until_true is_back; }
stops() { systemd systemctl stop cachetap && [ "$(property Result)" = success ] && [ "$(property ActiveState)" = inactive ]; }
shut_down() {
    kill "$server"
    kill -KILL "$first"
    wait "$outer" || true # what was killed
}

files() { (cd "$root" && find etc lib usr var -path var/cache -prune -o -path var/lib -prune -o -path var/log/apt -prune -o -print | sort); }
cp "$deb" captures/nginx.pcap "$root/srv/"
name=/srv/$(basename "$deb")
inside apt-get update -qq
# What it depends on first, so that only its own files are compared.
inside apt-get install -y -qq --no-install-recommends "$name" >"$out/install.log" 2>&1 || { tail -n 20 "$out/install.log"; exit 1; }
check "it runs" inside cachetap -r /srv/nginx.pcap -q -o csv:/dev/null --assert 'hit>=10'
check "its service is there, and not enabled" test -f "$root/lib/systemd/system/cachetap.service" -a ! -e "$root/etc/systemd/system/multi-user.target.wants/cachetap.service"
check "its account has no shell and no home" sh -c 'grep -q "^cachetap:.*:/nonexistent:/usr/sbin/nologin$" "$1/etc/passwd"' - "$root"
check "its log folder is its own" [ "$(inside stat -c '%U:%a' /var/log/cachetap)" = cachetap:2750 ]
check "a real systemd starts with it" boot
serve
check "the service starts, and is ready when it says so" systemd systemctl start cachetap
check "as its own account, without a capability when it runs" [ "$(rights)" = "$(inside id -u cachetap) 0000000000000000 1 " ]
check "it sees a request" until_true has_result '?seen'
check "metrics are served" ask 9113/healthz
check "reload after logrotate: a new file" rotates
check "killed, it comes back" comes_back
check "it stops" stops
shut_down
# After the service, which begins its file anew.
check "its capture runs as that account" inside setpriv --reuid=cachetap --regid=cachetap --clear-groups cachetap -r /srv/nginx.pcap -q -o json:/var/log/cachetap/transactions.json
echo '# mine' >>"$root/etc/default/cachetap"
check "it is upgraded" quietly inside dpkg -i "$name"
check "settings stay" grep -q '# mine' "$root/etc/default/cachetap"
check "it is removed" quietly inside dpkg --remove cachetap
check "results and settings stay" test -s "$root/var/log/cachetap/transactions.json" -a -f "$root/etc/default/cachetap"
check "it is purged" quietly inside dpkg --purge cachetap
left=$(files | grep cachetap || true)
check "nothing is left" [ -z "$left" ]
check "the log of dpkg has no complaint" sh -c '! grep -iE "warning|error" "$1"' - "$out/install.log"
