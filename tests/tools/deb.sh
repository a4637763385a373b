#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb.sh FOLDER: builds the Debian packages from the files of this checkout into FOLDER.
set -eu
out=$1
version=$(sed -n 's/^#define CACHETAP_VERSION "\(.*\)"/\1/p' include/cachetap/cachetap.h)
tree=$out/cachetap-$version
rm -rf "$out"
mkdir -p "$tree"
if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$tree"
else
    find . -path ./build -prune -o -type f -print0 | xargs -0 cp --parents -t "$tree"
fi
cp -R packaging/debian "$tree/debian"
in_changelog=$(dpkg-parsechangelog -l "$tree/debian/changelog" -S Version)
[ "$in_changelog" = "$version" ] || { echo "deb: packaging/debian/changelog speaks of $in_changelog, not of $version"; exit 1; }
(cd "$tree" && DEB_BUILD_OPTIONS="parallel=$(nproc) noautodbgsym" dpkg-buildpackage -b -us -uc) >"$out/log" 2>&1 ||
    { tail -n 30 "$out/log"; echo "deb: the package could not be built"; exit 1; }
rm -rf "$tree"
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$out"/*.changes
ls "$out"/*.deb
