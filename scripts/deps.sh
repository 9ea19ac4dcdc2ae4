#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing; says nothing where all are there.
# Usage: deps.sh SET...    sets: build, check, fuzz
# TL_NO_DEPS=1 in the environment leaves everything as it is.
set -eu

[ "${TL_NO_DEPS-}" != 1 ] || exit 0
command -v dpkg-query >/dev/null || {
	echo "deps.sh: not a Debian system; see the list of packages in $0" >&2
	exit 0
}

wanted=
for set in "$@"; do
	case $set in
	build) wanted="$wanted gcc libc6-dev make libzstd-dev liblz4-dev libxxhash-dev libisal-dev libdeflate-dev zlib1g-dev libpcre2-dev libhwloc-dev libinih-dev liblmdb-dev" ;;
	check) wanted="$wanted g++ clang bats mandoc shellcheck universal-ctags zstd lz4 tabix procps time" ;;
	fuzz) wanted="$wanted clang libclang-rt-14-dev" ;;
	*)
		echo "deps.sh: no set '$set'" >&2
		exit 64
		;;
	esac
done

# The vector kernels of 64-bit ARM are written in the names of SSE.
[ "$(uname -m)" != aarch64 ] || wanted="$wanted libsimde-dev"

# shellcheck disable=SC2016,SC2086
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
	sed -n 's/^installed //p')
missing=
for package in $wanted; do
	printf '%s\n' "$have" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	command -v sudo >/dev/null || {
		echo "deps.sh: please install:$missing" >&2
		exit 1
	}
fi
echo "Installing${sudo:+ (with sudo)}:$missing"
# A new machine has no package lists, or old ones.
$sudo apt-get -qq update || echo "deps.sh: apt-get update failed; trying with the lists there are" >&2
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing </dev/null
