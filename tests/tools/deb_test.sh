#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb_test.sh FOLDER: installs the package of FOLDER in a fresh Debian, runs it, installs it over
# itself, removes it and purges it; nothing may be left but the account. As root.
set -eu
deb=$(ls "$1"/cachetap_*.deb)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -n 's,^deb [^h]*\(http[^ ]*\) .*,\1,p; s,^URIs: *\(http[^ ]*\).*,\1,p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
root=$(mktemp -d)
chmod 0755 "$root" # its accounts walk through it
trap 'rm -rf "$root"' EXIT
echo "  deb   a fresh $suite"
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$1/debootstrap.log" 2>&1 ||
    { tail -n 5 "$1/debootstrap.log"; exit 1; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
check() { # text, command...
    text=$1
    shift
    if "$@"; then echo "ok - $text"; else echo "not ok - $text"; exit 1; fi
}
files() { (cd "$root" && find etc lib usr var -path var/cache -prune -o -path var/lib -prune -o -path var/log/apt -prune -o -print | sort); }
cp "$deb" captures/nginx.pcap "$root/tmp/"
name=/tmp/$(basename "$deb")
inside apt-get update -qq
# What it depends on first, so that only its own files are compared.
inside apt-get install -y -qq --no-install-recommends "$name" >"$1/install.log" 2>&1 || { tail -n 20 "$1/install.log"; exit 1; }
check "it runs" inside cachetap -r /tmp/nginx.pcap -q -o csv:/dev/null --assert 'hit>=10'
check "its service is there, and not enabled" test -f "$root/lib/systemd/system/cachetap.service" -a ! -e "$root/etc/systemd/system/multi-user.target.wants/cachetap.service"
check "its account has no shell and no home" sh -c 'grep -q "^cachetap:.*:/nonexistent:/usr/sbin/nologin$" "$1/etc/passwd"' - "$root"
check "its log folder is its own" [ "$(inside stat -c '%U:%a' /var/log/cachetap)" = cachetap:2750 ]
check "its capture runs as that account" inside setpriv --reuid=cachetap --regid=cachetap --clear-groups cachetap -r /tmp/nginx.pcap -q -o json:/var/log/cachetap/transactions.json
echo '# mine' >>"$root/etc/default/cachetap"
check "it is upgraded" inside dpkg -i "$name" >>"$1/install.log" 2>&1
check "settings stay" grep -q '# mine' "$root/etc/default/cachetap"
check "it is removed" inside dpkg --remove cachetap >>"$1/install.log" 2>&1
check "results and settings stay" test -s "$root/var/log/cachetap/transactions.json" -a -f "$root/etc/default/cachetap"
check "it is purged" inside dpkg --purge cachetap >>"$1/install.log" 2>&1
left=$(files | grep cachetap || true)
check "nothing is left" [ -z "$left" ]
check "the log of dpkg has no complaint" sh -c '! grep -iE "warning|error" "$1"' - "$1/install.log"
