#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Any process of the pipe dies at any time, by SIGKILL: the target is as it was or whole, no file is
# left over, and who is at the end of the pipe does not say that all went well.
# KILLS (10) of each kind; TL_SEED (1) chooses victims and times.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir out tmp
	export TMPDIR=$PWD/tmp
	RANDOM=${TL_SEED:-1}
	kills=${KILLS:-10}
}

# stage NAME COMMAND...: runs it; its process is known in ./NAME.pid, and its status in ./NAME.status.
stage() {
	local name=$1 status=0
	shift
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$1.new" && mv "$1.new" "$1.pid" && shift && exec "$@"' - "$name" "$@" || status=$?
	echo $status >"$name.status"
}

# The pipe, in the background of whom it concerns.
reduce_to() { # TARGET
	stage parse tl-parse in.fa | stage intern tl-intern | stage align tl-align -t 2 |
		stage reduce tl-reduce -q -t 1 -M 16M -T tmp -o "$1"
}

decode_to() { stage decode tl-parse -d -o "$1" in.tl; }

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# run_killed VICTIM DELAY COMMAND...: SIGKILL to the stage VICTIM after DELAY milliseconds, or when it
# has begun.
run_killed() {
	local victim=$1 delay=$2 job
	shift 2
	rm -f ./*.pid ./*.status
	"$@" 2>stderr 3>&- &
	job=$!
	sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
	until [[ -e $victim.pid ]]; do sleep 0.005; done
	kill -KILL "$(cat "$victim.pid")" 2>/dev/null || true
	wait "$job" || true
}

# check_after LAST WANT: what must hold of out/ and tmp/ after run_killed; LAST is the stage that
# writes, and WANT what it should have written.  Who dies between giving the target its name and his
# own end leaves it whole.
check_after() {
	local last=$1 want=$2 status
	status=$(cat "$last.status")
	[[ -z $(ls -A tmp) ]] || { echo "left in tmp: $(ls -A tmp)"; return 1; }
	if [[ -e out/target ]] && cmp -s out/target "$want"; then
		[[ $(ls -A out) = target ]]
		return
	fi
	[[ $status != 0 ]] || { echo "status 0, but the target is not whole"; return 1; }
	in_time=$((in_time + 1))
	if [[ -e old ]]; then
		[[ $(ls -A out) = target ]] && same out/target old
	else
		[[ -z $(ls -A out) ]] || { echo "left in out: $(ls -A out)"; return 1; }
	fi
}

# kill_often LAST WANT COMMAND VICTIM...: KILLS times, every second time with a target that is there.
kill_often() {
	local last=$1 want=$2 command=$3 begin took i delay victim
	shift 3
	local victims=("$@")
	begin=$(milliseconds)
	$command out/target
	took=$(($(milliseconds) - begin))
	same out/target "$want"
	in_time=0
	for ((i = 0; i < kills; i++)); do
		rm -f out/* old
		((i % 2)) || { echo "was there before" | tee old >out/target; }
		victim=${victims[RANDOM % ${#victims[@]}]}
		delay=$((RANDOM % (took + 1)))
		run_killed "$victim" "$delay" "$command" out/target
		check_after "$last" "$want" || { echo "kill $i: $victim after $delay of $took ms"; return 1; }
	done
	echo "# $in_time of $kills kills were in time" >&3
	# Were they all too late, nothing would have been tested.
	((in_time * 10 >= kills))
}

@test "a killed process of the pipe" {
	gen_proteins 6000 1 >in.fa
	reduce_to want
	kill_often reduce want reduce_to parse intern align reduce
}

@test "a killed tl-parse -d" {
	gen_proteins 9000 2 >in.fa
	for _ in {1..12}; do cat in.fa; done >want
	mv want in.fa
	tl-parse in.fa | tl-intern >in.tl
	kill_often decode in.fa decode_to decode
}
