# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash disable=SC2034
# Shared by the scripts in this folder: where we are, and how missing packages get here.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 3
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 3; }

# What each task needs: a probe, then the package on Debian, Fedora and Arch.
need_build="
tool:gcc            gcc            gcc              gcc
tool:cmake          cmake          cmake            cmake
tool:ninja          ninja-build    ninja-build      ninja
tool:pkg-config     pkg-config     pkgconf-pkg-config pkgconf
header:stdlib.h     libc6-dev      glibc-devel      glibc
header:numa.h       libnuma-dev    numactl-devel    numactl
pc:libdw            libdw-dev      elfutils-devel   elfutils
pc:jansson          libjansson-dev jansson-devel    jansson
pc:jemalloc         libjemalloc-dev jemalloc-devel  jemalloc
pc:cmocka           libcmocka-dev  libcmocka-devel  cmocka
"
need_test="$need_build
tool:clang          clang          clang            clang
tool:python3        python3        python3          python
tool:valgrind       valgrind       valgrind         valgrind
header:valgrind/callgrind.h valgrind valgrind-devel valgrind
clangrt:asan        libclang-rt-dev compiler-rt     compiler-rt
"
need_bench="$need_build
tool:valgrind       valgrind       valgrind         valgrind
header:valgrind/callgrind.h valgrind valgrind-devel valgrind
tool:python3        python3        python3          python
"

present() {
	case $1 in
	tool:*) command -v "${1#tool:}" >/dev/null 2>&1 ;;
	header:*) echo "#include <${1#header:}>" | gcc -E -x c - >/dev/null 2>&1 ;;
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	clangrt:*) [ -e "$(clang -print-file-name="libclang_rt.${1#clangrt:}-$(uname -m).a" 2>/dev/null)" ] ;;
	esac
}

# The sanitizer run time of clang is packaged per version on Debian.
debian_name() {
	if [ "$1" = libclang-rt-dev ]; then
		version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
		[ -n "$version" ] || version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
		echo "libclang-rt-${version:-14}-dev"
	else
		echo "$1"
	fi
}

missing_packages() { # list, column
	printf '%s' "$1" | while read -r probe debian fedora arch; do
		[ -n "$probe" ] || continue
		present "$probe" && continue
		case $2 in
		debian) debian_name "$debian" ;;
		fedora) echo "$fedora" ;;
		arch) echo "$arch" ;;
		esac
	done | sort -u | tr '\n' ' '
}

# install_packages LIST: installs what is missing with apt-get, or says what to type.
install_packages() {
	[ -n "$(missing_packages "$1" debian)" ] || return 0
	sudo=
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo=sudo; else sudo=none; fi
	fi
	if command -v apt-get >/dev/null 2>&1 && [ "$sudo" != none ] && [ -z "${SVMSIM_NO_INSTALL:-}" ]; then
		$sudo apt-get update -qq >&2 || say "apt-get update failed; trying with the lists at hand"
		# Two rounds: the name of clang's run time depends on the clang that the first brings.
		for round in 1 2; do
			packages=$(missing_packages "$1" debian)
			[ -n "$packages" ] || return 0
			say "installing (round $round): $packages"
			# shellcheck disable=SC2086 # a list of words
			DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages >/dev/null ||
				die "apt-get could not install: $packages"
		done
		packages=$(missing_packages "$1" debian)
		[ -z "$packages" ] || die "still missing after installing: $packages"
		return 0
	fi
	say "Some packages are missing and may not be installed from here. One of these lines brings them:"
	say "  sudo apt-get install $(missing_packages "$1" debian)"
	say "  sudo dnf install $(missing_packages "$1" fedora)"
	say "  sudo pacman -S $(missing_packages "$1" arch)"
	exit 2
}

# quietly WHAT COMMAND...: prints the command's output only when it fails.
quietly() {
	local what=$1 log
	shift
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		say "$what failed"
		return 1
	fi
	rm -f "$log"
}
