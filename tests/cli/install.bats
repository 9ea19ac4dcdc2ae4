#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# make install puts everything where it belongs, it works from there, and uninstall leaves nothing.

load helper

# MODE and CC come from the runner through the environment.
house() { make -s -C "$ROOT" "$@"; }

@test "install, use, uninstall" {
	house install DESTDIR="$PWD/root" PREFIX=/usr
	(cd root && find . -type f | sort) >files
	for tool in $(tools); do
		for file in bin/$tool share/man/man1/$tool.1 share/bash-completion/completions/$tool \
			share/zsh/site-functions/_$tool share/fish/vendor_completions.d/$tool.fish; do
			grep -qxF "./usr/$file" files || { echo "no $file"; return 1; }
		done
		[ -x "root/usr/bin/$tool" ]
	done
	for page in tl.7 tl-stream.5; do
		grep -qxF "./usr/share/man/man${page##*.}/$page" files
	done
	[ "$(grep -c '/bin/' files)" = "$(tools | wc -l)" ]

	gen_proteins 20 >in.fa
	PATH=$PWD/root/usr/bin:/usr/bin:/bin
	tl-parse in.fa | tl-parse -d >out.fa
	same in.fa out.fa

	house uninstall DESTDIR="$PWD/root" PREFIX=/usr
	[ -z "$(find root -type f -o -type l)" ]
}

@test "the directories can be chosen" {
	house install DESTDIR="$PWD/root" BINDIR=/b MANDIR=/m BASHDIR=/c ZSHDIR=/z FISHDIR=/f
	[ "$(find root/b -type f | wc -l)" = "$(tools | wc -l)" ]
	[ -e root/m/man7/tl.7 ]
	[ "$(find root -mindepth 1 -maxdepth 1 | sort | tr '\n' ' ')" = 'root/b root/c root/f root/m root/z ' ]
}

@test "make help lists every target that is meant for people" {
	house help >help
	for target in all check check-unit check-cli check-layers check-docs docs bench demo install \
		uninstall asan tsan fuzz cov check-fuzz check-fault check-kill deps clean help; do
		grep -qE "^  $target " help || { echo "no $target"; return 1; }
	done
}
