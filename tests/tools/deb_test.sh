#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb_test.sh FOLDER: installs the package of FOLDER in a fresh Debian, runs it, installs it over
# itself, removes it and purges it; nothing may be left but the account. As root.
set -eu
out=$1
deb=$(ls "$out"/cachetap_*.deb)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -n 's,^deb [^h]*\(http[^ ]*\) .*,\1,p; s,^URIs: *\(http[^ ]*\).*,\1,p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
root=$(mktemp -d)
chmod 0755 "$root" # its accounts walk through it
trap 'rm -rf "$root"' EXIT
echo "  deb   a fresh $suite"
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$out/debootstrap.log" 2>&1 ||
    { tail -n 5 "$out/debootstrap.log"; exit 1; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
check() { # text, command...
    text=$1
    shift
    if "$@"; then echo "ok - $text"; else echo "not ok - $text"; exit 1; fi
}
quietly() { "$@" >>"$out/install.log" 2>&1; }
# As the unit starts it: its command, its options, its account, its one capability; in a network of
# its own, where it is asked for /healthz, then ended.
starts_and_ends() {
    unshare -n bash -c '
        ip link set lo up
        command=$(sed -n "s/^ExecStart=//p" "$1/lib/systemd/system/cachetap.service")
        chroot "$1" setpriv --reuid=cachetap --regid=cachetap --clear-groups --inh-caps=-all,+net_raw \
            --ambient-caps=-all,+net_raw --bounding-set=-all,+net_raw \
            sh -c ". /etc/default/cachetap; exec $command" &
        for ((i = 0; i < 200; i++)); do
            kill -0 $! || exit 1
            exec {in}<>/dev/tcp/127.0.0.1/9113 && printf "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" >&$in &&
                grep -q "^ok" <&$in && break
            read -r -t 0.1 <>"$2"
        done
        [ "$i" -lt 200 ] && kill -TERM $! && wait $!' - "$root" "$out/never"
}
files() { (cd "$root" && find etc lib usr var -path var/cache -prune -o -path var/lib -prune -o -path var/log/apt -prune -o -print | sort); }
cp "$deb" captures/nginx.pcap "$root/tmp/"
name=/tmp/$(basename "$deb")
inside apt-get update -qq
# What it depends on first, so that only its own files are compared.
inside apt-get install -y -qq --no-install-recommends "$name" >"$out/install.log" 2>&1 || { tail -n 20 "$out/install.log"; exit 1; }
check "it runs" inside cachetap -r /tmp/nginx.pcap -q -o csv:/dev/null --assert 'hit>=10'
check "its service is there, and not enabled" test -f "$root/lib/systemd/system/cachetap.service" -a ! -e "$root/etc/systemd/system/multi-user.target.wants/cachetap.service"
check "its account has no shell and no home" sh -c 'grep -q "^cachetap:.*:/nonexistent:/usr/sbin/nologin$" "$1/etc/passwd"' - "$root"
check "its log folder is its own" [ "$(inside stat -c '%U:%a' /var/log/cachetap)" = cachetap:2750 ]
rm -f "$out/never"
mkfifo "$out/never"
check "the service starts as its unit says, answers and ends" quietly starts_and_ends
# After the service, which begins its file anew.
check "its capture runs as that account" inside setpriv --reuid=cachetap --regid=cachetap --clear-groups cachetap -r /tmp/nginx.pcap -q -o json:/var/log/cachetap/transactions.json
echo '# mine' >>"$root/etc/default/cachetap"
check "it is upgraded" quietly inside dpkg -i "$name"
check "settings stay" grep -q '# mine' "$root/etc/default/cachetap"
check "it is removed" quietly inside dpkg --remove cachetap
check "results and settings stay" test -s "$root/var/log/cachetap/transactions.json" -a -f "$root/etc/default/cachetap"
check "it is purged" quietly inside dpkg --purge cachetap
left=$(files | grep cachetap || true)
check "nothing is left" [ -z "$left" ]
check "the log of dpkg has no complaint" sh -c '! grep -iE "warning|error" "$1"' - "$out/install.log"
