#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Golden-output tests of the command line: each case is a command, its two output streams and its
# exit status in tests/cli/golden/NAME.txt. Call chains are left out: they differ between builds.
#
#   tests/cli/run.sh SVMSIM            compare
#   tests/cli/run.sh SVMSIM --update   rewrite the golden files
#
# With SVMSIM_PLAIN=1 the programs are not instrumented: golden/plain/NAME.txt, where there is one.
set -u
svmsim=$(realpath "${1:?usage: run.sh SVMSIM [--update]}")
update=${2:-}
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 3
golden=tests/cli/golden
in=tests/cli/input
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
passed=0 failed=0

mask() {
	sed -e "s|$svmsim|svmsim|g; s|$work|WORK|g; s/digest [0-9a-f]\{16\}/digest D/; s/\"digest\": \"[0-9a-f]*\"/\"digest\": \"D\"/" \
		-e '/^#\{0,1\} *call chain:$/d; /^#\{0,1\} *    [A-Za-z_][A-Za-z0-9_.]* ([A-Za-z0-9_.-]*:[0-9]*)$/d' \
		-e '/"frames": \[/,/\]/d' \
		-e 's/ (\([a-z_]*\.[ch]\):[0-9]*)/ (\1:N)/'
}

result() { # name, what
	if [ "$2" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1: $2"; fi
}

# golden NAME: what stands in work/out against the golden file.
compare() {
	local file=$golden/$1.txt
	[ -z "${SVMSIM_PLAIN:-}" ] || [ ! -f "$golden/plain/$1.txt" ] || file=$golden/plain/$1.txt
	if [ -n "$update" ]; then
		cp "$work/out" "$file"
	elif ! diff -u "$file" "$work/out"; then
		result "$1" "output differs"
		return
	fi
	result "$1" ok
}

# check NAME ARGUMENTS...: run, and compare everything that can be seen.
check() {
	local name=$1 status=0
	shift
	"$svmsim" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	{
		echo "\$ svmsim $*"
		mask <"$work/stdout"
		sed 's/^/stderr: /' "$work/stderr" | mask
		echo "status $status"
	} >"$work/out"
	compare "$name"
}

# refuse NAME TEXT ARGUMENTS...: one line on standard error that holds TEXT, status 2, no data.
refuse() {
	local name=$1 text=$2 status=0
	shift 2
	timeout 20 "$svmsim" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	if [ "$status" != 2 ]; then
		result "$name" "status $status, expected 2"
	elif [ -s "$work/stdout" ] || [ "$(wc -l <"$work/stderr")" != 1 ]; then
		result "$name" "expected one line on standard error and nothing else"
	elif ! grep -qF -- "$text" "$work/stderr"; then
		result "$name" "expected \"$text\" in: $(cat "$work/stderr")"
	else
		result "$name" ok
	fi
}

# Every malformed file: one line with its place, status 2. All lines are in one golden file.
: >"$work/lines"
for file in "$in"/bad/*.svm; do
	status=0
	"$svmsim" run "$file" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	cat "$work/stderr" >>"$work/lines"
	if [ "$status" = 2 ] && [ ! -s "$work/stdout" ] && [ "$(wc -l <"$work/stderr")" = 1 ] &&
		grep -q "^$in/bad/[a-z-]*\.svm:[0-9]*:[0-9]*: " "$work/stderr"; then
		result "$file" ok
	else
		result "$file" "expected one line with file, line and column, and status 2"
	fi
done
cp "$work/lines" "$work/out"
compare bad-files

for file in "$in"/good/*.svm; do
	check "run-$(basename "$file" .svm)" run "$file"
done
check run-unlink run scenarios/hole/unlink.svm
check run-unlink-arm run scenarios/hole/unlink.svm -D IOMMU=arm-lpae
check run-unlink-vtd run scenarios/hole/unlink.svm --iommu vtd-legacy
check run-unlink-identity run scenarios/hole/unlink.svm -D IOMMU=identity
check run-directory run scenarios/hole
check run-dma run scenarios/dma
check run-memory run scenarios/memory
check run-locks run scenarios/locks
check show-topology show counters scenarios/dma/p2p.svm -D IOMMU=generic-pt -D HOST=listed -D PLACE=r1
check show-list show pt scenarios/dma/sg-boundary.svm -D IOMMU=generic-pt --at 4
check run-lazy-stale run scenarios/dma/lazy-stale.svm --iommu generic-pt
check run-debug-v70 run scenarios/dma/debug/map-resource-ram.svm -D KERNEL=v7.0 -D IOMMU=generic-pt
check run-ktap run --format ktap "$in/good/wrong-expect.svm" scenarios/hole/split.svm
check run-json run --json "$in/good/hole.svm"
check run-pick run scenarios/hole/split.svm -D IOMMU=generic-pt -D PART=tail
check run-pick-none run scenarios/hole/split.svm -D PART=foot
check run-locks-together run "$in/locks"
check run-locks-apart run "$in/locks/ab.svm"
check run-fatal run --fatal "$in/good/hole.svm" scenarios/hole/unlink.svm
check run-seeds run --seed 1..3 scenarios/hole/packed.svm -D IOMMU=generic-pt
check run-twice run --twice "$in/good/uninit.svm"
check run-twice-fine run --twice scenarios/hole/by-runs.svm
check fail-sweep run --fail-nth all "$in/fault/unwind.svm"
check fail-sweep-ktap run --fail-nth all --format ktap "$in/fault/unwind.svm"
check fail-sweep-json run --fail-nth all --json "$in/fault/unwind.svm" -D UNWIND=quirk
check fail-sweep-directory run --fail-nth all --iommu generic-pt scenarios/dma/debug
check fail-cap run --fail-nth all --fail-max 3 "$in/fault/unwind.svm" -D UNWIND=right
check fail-clean-fails run --fail-nth all "$in/good/wrong-expect.svm"
check fail-one run --fail bounce:1 "$in/fault/unwind.svm"
check fail-two run --fail map:2 --fail page/0:3 "$in/fault/unwind.svm" -D UNWIND=right
check fail-json run --fail bounce:1 --json "$in/fault/unwind.svm" -D UNWIND=right
check fail-never run --fail kmalloc:1 --fail iova:9 --fail iova:1 "$in/fault/unwind.svm"
check fail-kth run --fail-nth 11 "$in/fault/unwind.svm" -D UNWIND=right
check fail-kth-never run --fail-nth 12 "$in/fault/unwind.svm" -D UNWIND=right
check fail-prob run --fail-prob 0.3 --seed 1..4 "$in/fault/unwind.svm" -D UNWIND=right
check fail-swarm run --fail-prob 0.3 --fail-swarm --seed 1..4 "$in/fault/unwind.svm" -D UNWIND=right
check fail-replay replay --fail map:3 "$in/fault/unwind.svm" -D UNWIND=quirk
refuse fail-unknown ': did you mean "kmalloc"?' run --fail kmaloc:1 scenarios/hole
refuse fail-unknown-site 'nothing that can fail is called so' run --fail "x.c:f:g(h):1" scenarios/hole
refuse fail-no-number 'expected SITE:N' run --fail kmalloc scenarios/hole
refuse fail-zero 'expected SITE:N' run --fail kmalloc:0 scenarios/hole
refuse fail-empty 'expected SITE:N' run --fail :3 scenarios/hole
refuse fail-trailing 'expected SITE:N' run --fail map:3x scenarios/hole
refuse fail-prob-high 'at most 1' run --fail-prob 1.5 scenarios/hole
refuse fail-prob-word 'at most 1' run --fail-prob often scenarios/hole
refuse fail-nth-word 'expected a number' run --fail-nth some scenarios/hole
refuse fail-nth-replay 'expected a number' replay --fail-nth all scenarios/hole/packed.svm
refuse fail-max-alone 'is for --fail-nth all' run --fail-max 3 scenarios/hole
refuse fail-max-zero 'expected a number' run --fail-nth all --fail-max 0 scenarios/hole
refuse fail-swarm-alone 'is for --fail-prob' run --fail-swarm scenarios/hole

check replay-until replay scenarios/hole/unlink.svm -D IOMMU=arm-lpae --until iommu:unmap
check replay-never replay scenarios/hole/h1-2m-table.svm -D IOMMU=vtd-legacy --until sched_switch
check replay-diverged replay "$in/good/note.svm" --schedule 's1,t0:k1*2>t1'
check replay-point replay "$in/sched/abba.svm" --until 'mutex_lock(&b)'
check run-bound run --steps 1 --points 4 "$in/sched/abba.svm" --sched pct
check replay-nearest replay "$in/good/note.svm" --schedule @"$in/schedule/two.txt" --on-divergence nearest
check show-pt show pt scenarios/hole/unlink.svm
check show-pt-at show pt scenarios/hole/unlink.svm --at 4
check show-iova show iova scenarios/hole/partial-mapped-len.svm -D IOMMU=generic-pt
check show-iotlb show iotlb scenarios/hole/direction.svm -D IOMMU=generic-pt --at 6
check show-counters show counters scenarios/hole/unlink.svm
check show-locks show locks scenarios/locks/lines-abba.svm
check show-locks-at show locks scenarios/locks/lines-order.svm --at 2
check show-json show pt scenarios/hole/unlink.svm --at 3 --json
check show-skip show pt scenarios/hole/unlink.svm -D IOMMU=identity
check explain explain
check explain-one explain iommu-unmap-hole
check explain-json explain --json warn
check explain-wording explain dma-debug:free-attributes
check help help
check help-run run --help
check help-show help show
for command in replay explain bless fmt doctor version help; do
	check "help-$command" "$command" --help
done

refuse no-command "no command given"
refuse unknown-command 'did you mean "run"?' rn
refuse unknown-option 'did you mean "--twice"?' run --twise scenarios/hole
refuse far-option 'unknown option "--bogus"; svmsim run --help' run --bogus scenarios/hole
refuse short-report 'did you mean "iommu-unmap-hole"?' explain iommu-hole
refuse flag-with-value "takes no value" run --twice=yes scenarios/hole
refuse option-without-value "a value is missing" run scenarios/hole --seed
refuse unknown-iommu 'did you mean "arm-lpae"?' run --iommu arm-lpea scenarios/hole/unlink.svm
refuse unknown-variable 'did you mean "IOMMU"?' run -D IOMU=generic-pt scenarios/hole/unlink.svm
refuse malformed-define "expected NAME=VALUE" run -D IOMMU scenarios/hole/unlink.svm
refuse unknown-output-format 'did you mean "ktap"?' run --format kta scenarios/hole/unlink.svm
refuse unknown-view 'did you mean "iotlb"?' show iotbl scenarios/hole/unlink.svm
refuse unknown-report 'did you mean "iommu-leak"?' explain iommu-leek
refuse seed "expected a seed" run --seed many scenarios/hole
refuse jobs "expected a number" run --jobs 0 scenarios/hole
refuse show-step "steps" show pt scenarios/hole/unlink.svm --at 99
refuse later-option 'unknown option "--map"' run --map dma-map scenarios/hole/unlink.svm
refuse replay-schedule 'svmsim replay: --schedule: column 9: expected *OCCURRENCE' replay --schedule s1,t0:k1 scenarios/hole/unlink.svm
refuse replay-schedule-file "no-action.svm: column 1: expected a schedule" replay --schedule @"$in/good/no-action.svm" scenarios/hole/unlink.svm
refuse replay-no-schedule-file "nowhere: No such file" replay --schedule @nowhere scenarios/hole/unlink.svm
refuse replay-until-unknown 'did you mean "iommu:unmap"?' replay --until iommu:unmpa scenarios/hole/unlink.svm
refuse replay-until-function "is called nowhere_at_all" replay --until nowhere_at_all:return scenarios/hole/unlink.svm
refuse replay-divergence "expected stop or nearest" replay --on-divergence never scenarios/hole/unlink.svm
refuse replay-variants "pick one, as in -D IOMMU=" replay scenarios/hole/split.svm
refuse replay-directory "expected one file" replay scenarios/hole
refuse sched 'did you mean "random"?' run --sched randon scenarios/hole
refuse sched-far "known: fifo, random, pct" run --sched best scenarios/hole
refuse depth "--depth is for --sched pct" run --sched random --depth 3 scenarios/hole
refuse depth-range "expected a number from 1 to 64" run --sched pct --depth 65 scenarios/hole
refuse no-pin "no file has a pin p1" run --pin p1 scenarios/hole
refuse no-file "no scenario given" run
refuse dev-null "an empty file" run /dev/null
refuse dev-zero "is a device" run /dev/zero
ln -s loop.svm "$work/loop.svm"
refuse symlink-loop "symbolic links" run "$work/loop.svm"
refuse missing "No such file" run "$work/nowhere.svm"
mkdir "$work/empty"
refuse empty-directory "no scenario" run "$work/empty"
mkfifo "$work/fifo"
refuse fifo "is a FIFO" run "$work/fifo"
cp "$in/good/no-action.svm" "$work/empty/"
refuse directory-without-action "an empty run" run "$work/empty"
refuse file-without-action "an empty run" run "$in/good/no-action.svm"
{ printf 'svm 1\n# long\n'; head -c 1100000 /dev/zero | tr '\0' '\n'; } >"$work/large.svm"
refuse large "1 MiB" run "$work/large.svm"

# A file cut at any byte is refused, or is the same file without lines at its end.
size=$(wc -c <scenarios/hole/unlink.svm)
bad=
for ((cut = 0; cut < size; cut += 7)); do
	head -c "$cut" scenarios/hole/unlink.svm >"$work/cut.svm"
	status=0
	"$svmsim" run "$work/cut.svm" >/dev/null 2>"$work/stderr" || status=$?
	case $status in
	2) [ "$(wc -l <"$work/stderr")" = 1 ] || bad="$bad $cut" ;;
	0 | 1) [ "$(tail -c 1 "$work/cut.svm" | wc -l)" = 1 ] || bad="$bad $cut" ;;
	*) bad="$bad $cut" ;;
	esac
done
result cut-files "$([ -z "$bad" ] && echo ok || echo "cut at$bad")"

# Standard input, and an endless one.
same() { # name, expected, command output
	if [ "$2" = "$3" ]; then result "$1" ok; else result "$1" "expected \"$2\", got \"$3\""; fi
}
same stdin "1 passed, 0 failed, 0 skipped" "$("$svmsim" run - <scenarios/hole/unlink.svm | tail -n 1)"
"$svmsim" run - </dev/zero >/dev/null 2>"$work/stderr"
same endless-stdin "2 -: has no end within 1 MiB; a scenario is about 40 lines" "$? $(cat "$work/stderr")"

# Lanes change nothing about a sweep, and the line that a finding prints finds it again.
"$svmsim" run --fail-nth all --iommu generic-pt scenarios/dma/debug >"$work/one" 2>&1
"$svmsim" run --fail-nth all --iommu generic-pt --jobs 4 scenarios/dma/debug >"$work/four" 2>&1
same fail-jobs "" "$(diff "$work/one" "$work/four")"
"$svmsim" run --fail-nth all "$in/fault/unwind.svm" >"$work/found"
replays=0
while read -r line; do
	status=0
	(eval "$line") >"$work/again" || status=$?
	grep -q "^FAILED " "$work/again" && [ "$status" = 1 ] && replays=$((replays + 1))
done < <(sed -n 's/^replay: //p' "$work/found")
same fail-replays 2 "$replays"

# A used file is looked up beside the file, then in the nearest directory named scenarios.
mkdir -p "$work/scenarios/hole" "$work/scenarios/common"
sed 's/no-action/common\/machine/' "$in/good/hole.svm" >"$work/scenarios/hole/hole.svm"
cp "$in/good/no-action.svm" "$work/scenarios/common/machine.svm"
same use-root "0 passed, 1 failed, 0 skipped" "$("$svmsim" run "$work/scenarios" | tail -n 1)"

# The line that replays a finding can be pasted: it repeats the run with all that it depended on.
mkdir "$work/it's here"
printf 'svm 1\n# rule\nmachine { device d0 { iommu ${IOMMU} } }\nfor IOMMU in generic-pt, arm-lpae\nd0: iova_alloc w ${N:4p} -> ENOMEM\n' >"$work/it's here/a b.svm"
"$svmsim" run --seed 3 -D N=8p --allow-unsafe --twice "$work/it's here/a b.svm" >"$work/first"
sed -n 's/^replay: //p' "$work/first" | while read -r line; do eval "$line" </dev/null; done | sed '/ passed, /d' >"$work/again"
same replay "" "$(sed '/ passed, /d' "$work/first" | diff - "$work/again")"
same replays 2 "$(grep -c '^FAILED.*IOMMU=[a-z-]* N=8p seed=3' "$work/again")"

# A run that chance scheduled prints a line that makes it again, by its choices: after an edit too.
for seed in 1 2 3 7; do
	for sched in random pct; do
		"$svmsim" run --sched $sched --seed $seed "$in/sched/abba.svm" >"$work/first"
		line=$(sed -n 's/^replay: //p' "$work/first" | head -n 1)
		eval "$line" >"$work/again"
		same "sched-$sched-$seed" "$(grep "seed=$seed: digest" "$work/first" | head -n 1)" \
			"$(grep ': digest' "$work/again")"
	done
done
sed 's/^machine.*/&\nram: alloc m 4p\nram: free m/' "$in/sched/abba.svm" >"$work/abba.svm"
text=$("$svmsim" run --json --pin cross "$in/sched/abba.svm" 2>/dev/null | sed -n 's/^ *"schedule": "\(.*\)",$/\1/p')
same sched-edited "deadlock: tasks that can never go on" \
	"$("$svmsim" replay "$work/abba.svm" --schedule "$text" | grep '^deadlock:')"
echo "$text" >"$work/schedule"
same sched-file 1 "$("$svmsim" replay "$in/sched/abba.svm" --schedule @"$work/schedule" | grep -c '^deadlock:')"
same sched-pins "cross fine" "$("$svmsim" run "$in/sched/abba.svm" |
	sed -n 's/.* pin=\([a-z]*\)[: ].*/\1/p' | tr '\n' ' ' | sed 's/ $//')"
"$svmsim" run --sched random --seed 1..20 "$in/sched" >"$work/one"
"$svmsim" run --sched random --seed 1..20 --jobs 3 "$in/sched" >"$work/three"
same sched-jobs "" "$(diff "$work/one" "$work/three")"
same sched-twice 0 "$("$svmsim" run --sched random --seed 1..20 --twice "$in/sched" | grep -c DEFECT)"
"$svmsim" replay "$in/sched/abba.svm" --schedule "$text" --trace "$work/trace" >"$work/stdout"
same sched-trace "$(sed -n '/sched_switch/p' "$work/trace" | wc -l)" "$(grep -c 'prev_comm=.* ==> next_comm=' "$work/trace")"

# What a run had to do with locks, apart from what the kernel teaches its checker at boot.
same show-locks-json "2 2" "$("$svmsim" show locks scenarios/locks/lines-order.svm --at 4 --json |
	awk '/"used": true/ { classes++ } /"task": "t0"/ { by_t0++ } END { print classes, by_t0 }')"

# As many jobs as you like: the same output in the same order.
"$svmsim" run scenarios/hole >"$work/one"
"$svmsim" run --jobs 7 scenarios/hole >"$work/seven"
same jobs "" "$(diff "$work/one" "$work/seven")"

# A trace has the kernel's own texts, one line an event, and leaves the digest alone.
"$svmsim" run --trace "$work/trace" --json scenarios/hole/unlink.svm 2>/dev/null | grep '"digest"' >"$work/traced"
"$svmsim" run --json scenarios/hole/unlink.svm 2>/dev/null | grep '"digest"' >"$work/untraced"
same trace-digest "" "$(diff "$work/traced" "$work/untraced")"
same trace-maps 6 "$(grep -c 'map: IOMMU: iova=0x0*[0-9a-f]* - 0x[0-9a-f]* paddr=' "$work/trace")"

same trace-head "# tracer: nop" "$(head -n 1 "$work/trace")"
"$svmsim" run --jobs 4 --seed 7 --trace "$work/trace" scenarios/hole/unlink.svm scenarios/hole/h1-2m-table.svm -D IOMMU=vtd-legacy >"$work/stdout"
same trace-runs "# run: scenarios/hole/unlink.svm IOMMU=vtd-legacy seed=7
# run: scenarios/hole/h1-2m-table.svm IOMMU=vtd-legacy seed=7" "$(grep '^# run: ' "$work/trace")"

# A name that is not UTF-8 is no reason to lose a record.
cp "$in/good/no-action.svm" "$work/"
cp "$in/good/wrong-result.svm" "$work/"$'b\xff.svm'
same json-name "$work/b?.svm $work/b?.svm" "$("$svmsim" run --json "$work/"$'b\xff.svm' 2>/dev/null |
	sed -n 's/^ *"file": "\(.*\)",$/\1/p' | tr '\n' ' ' | sed 's/ $//')"

# fmt and bless rewrite a file at once; what they wrote they leave alone.
cp "$in/good/wrong-state.svm" "$in/good/no-action.svm" "$work/"
chmod 640 "$work/wrong-state.svm"
same bless-check "1" "$("$svmsim" bless --check "$work/wrong-state.svm" >/dev/null; echo $?)"
same bless "$work/wrong-state.svm: 1 block rewritten" "$("$svmsim" bless "$work/wrong-state.svm")"
same bless-star "w[0..3] -> a[0..3] 4K rw" "$(sed -n 8p "$work/wrong-state.svm")"
same bless-mode 640 "$(stat -c %a "$work/wrong-state.svm")"
same bless-again "0" "$("$svmsim" bless --check "$work/wrong-state.svm"; echo $?)"
sed 's/w\[0\.\.3\] -> a.*/w[0..3] -> */; /^use /d; /^# /a machine { device d0 { } }' "$work/wrong-state.svm" >"$work/stdin.svm"
same bless-stdin "w[0..3] -> a[0..3] 4K rw" "$("$svmsim" bless - <"$work/stdin.svm" | grep -- '->.*4K')"
same bless-stdin-check 1 "$("$svmsim" bless --check - <"$work/stdin.svm" >/dev/null; echo $?)"
same fmt-stdin-check 1 "$(sed 's/^d0:/   d0:/' scenarios/hole/unlink.svm | "$svmsim" fmt --check - >/dev/null; echo $?)"
same bless-run "1 passed, 0 failed, 0 skipped" "$("$svmsim" run "$work/wrong-state.svm" | tail -n 1)"
cp "$in/good/hole.svm" "$work/"
same bless-refuses "1" "$("$svmsim" bless "$work/hole.svm" 2>/dev/null; echo $?)"
sed '/#/!s/^d0: *\([a-z_]*\)  */  d0:   \1    /' scenarios/hole/unlink.svm >"$work/messy.svm"
same fmt-check "1" "$("$svmsim" fmt --check "$work/messy.svm" >/dev/null; echo $?)"
"$svmsim" fmt "$work/messy.svm" >/dev/null
same fmt "" "$(diff scenarios/hole/unlink.svm "$work/messy.svm")"
same fmt-shipped "0" "$("$svmsim" fmt --check scenarios; echo $?)"

# The grammar page has the parser's tables.
"$svmsim" grammar >"$work/grammar"
sed -n '/^<!-- Printed by "svmsim grammar"/,/^<!-- End of what/{/^<!--/d;p}' docs/scenario.md >"$work/page"
if [ -n "$update" ]; then
	sed -i -e '/^<!-- Printed by "svmsim grammar"/,/^<!-- End of what/{/^<!--/!d}' docs/scenario.md
	sed -i -e "/^<!-- Printed by \"svmsim grammar\"/r $work/grammar" docs/scenario.md
else
	same grammar-page "" "$(diff "$work/page" "$work/grammar")"
fi
same unlisted "" "$("$svmsim" help | grep grammar)"

# The example that explain names for a report draws that report, in these very words.
for identifier in $("$svmsim" explain | awk '{print $1}'); do
	example=$("$svmsim" explain "$identifier" | sed -n 's/^example: svmsim run //p')
	[ -n "$example" ] || continue
	define=()
	grep -q 'IOMMU' "$example" && define=(-D IOMMU=generic-pt)
	check "text-${identifier/:/-}" run "$example" "${define[@]}"
	[ -n "${SVMSIM_PLAIN:-}" ] && grep -q 'INSTRUMENTED' "$example" && continue
	same "example-$identifier" "$identifier" "$("$svmsim" run "$example" |
		sed -n "s/^\(  followed by \)\{0,1\}\($identifier\)\( \[\|: \).*/\2/p" | head -n 1)"
done

same doctor 0 "$("$svmsim" doctor >/dev/null; echo $?)"
same version "svmsim" "$("$svmsim" version | sed -n '1s/ .*//p')"
same compiler 1 "$("$svmsim" version | grep -ci '^build:  *\(gcc\|.*clang\) [0-9]')"

# A reader that has seen enough ends the run in silence.
for jobs in 1 3; do
	"$svmsim" run --jobs "$jobs" scenarios/hole 2>"$work/stderr" | head -n 1 >"$work/stdout"
	same "closed-pipe-$jobs" "1 0" "$(wc -l <"$work/stdout") $(wc -c <"$work/stderr")"
done

# Output that can't be written is no success.
if [ -w /dev/full ]; then
	"$svmsim" help >/dev/full 2>/dev/null
	same full-disk 3 $?
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
