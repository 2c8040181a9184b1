#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Builds the project once more, with the stand-in for a kernel tree, and runs what that adds.
#   run.sh CMAKE SOURCE BUILD CC TYPE SANITIZE LAUNCHER
set -eu
"$1" -S "$2" -B "$3" -G Ninja -DCMAKE_C_COMPILER="$4" -DCMAKE_BUILD_TYPE="$5" \
	-DSVMSIM_SANITIZE="$6" -DCMAKE_C_COMPILER_LAUNCHER="$7" -DSVMSIM_WERROR=ON \
	-DSVMSIM_BENCH=OFF -DSVMSIM_KERNEL_TREE="$2/tests/tree/standin" >/dev/null
"$1" --build "$3" --target test_tree_gpu >"$3/build.log" 2>&1 || { cat "$3/build.log"; exit 1; }
exec "$3/bin/test_tree_gpu"
