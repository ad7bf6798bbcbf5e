#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block --pin: rules that hold without the process, and the next process, which takes over; --status, --unpin, --self-test.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/pin # on a disk's file system
mkdir "$home" && chmod 755 /root "$home" && cd "$home" || exit
bpffs=/sys/fs/bpf pins=/sys/fs/bpf/bccwatch
printed=$tmp/printed # by all processes of a pin
start_block() { start_command block --headers btf "$@"; } # which compiles in a quarter of the time
start_pin() { # start_pin ARGUMENT...: its output is also added to $printed
	start_block -a deny "$@" || return
	cat "$out" >>"$printed"
}
# end_of_process SIGNAL: what it printed is added to $printed.
end_of_process() {
	stop "$1" 2>/dev/null
	cat "$out" >>"$printed"
}
list() { bccwatch block --status >"$tmp/list" 2>&1; }
n_listed() { sed -n "s/^$1: .* \([0-9]*\) $2.*/\1/p" "$tmp/list"; } # n_listed PIN denied|events
unpin() { bccwatch block --unpin "$1" 2>&1; }
pinned_programs() { find "$pins/$1" -name 'link_*' | wc -l; }
has_no_pins() { [ -z "$(ls "$pins" 2>/dev/null)" ] || { find "$pins" && return 1; }; }

# has_printed N: the process has printed so many events, and said so to the next one.
has_printed() { within 10 sh -c '[ "$(grep -c "denied\. GENERATION=" "$1")" = "$2" ]' sh "$out" "$1" && sleep 0.3; }

# Usage.
for name in '' '../x' 'a/b' 'a b' $'a\nb' . .. 'x.y' "$(printf 'x%.0s' {1..300})"; do
	check_status "block --pin: the name '${name:0:20}' is refused" 2 bccwatch block --name x --pin "$name"
	check_status "block --unpin: the name '${name:0:20}' is refused" 2 bccwatch block --unpin "$name"
done
check_lines "block --unpin: a wrong name is refused with what it must be" 1 "1 to 64 letters, digits, - and _" "$tmp/said"
for hook in override signal; do
	check_status "block --pin: the hook $hook refuses it" 2 bccwatch block --hook "$hook" --name x --pin x
	check_lines "block --pin: the hook $hook refuses it with the reason" 1 "its probes end with the process: --pin needs lsm or fmod_ret" "$tmp/said"
	check_status "block --self-test: the hook $hook refuses it" 2 bccwatch block --hook "$hook" --name x --self-test 1
done
check_status "block --pin: a command cannot be pinned" 2 bccwatch block --name x --pin x -- true
check_status "block --status: rules do not fit" 2 bccwatch block --status --name x
check_status "block --json: fits --status alone" 2 bccwatch block --json --name x
check_status "block --self-test: --dry-run does not fit" 2 bccwatch block --self-test 1 --dry-run --name x
check_status "block --unpin: a pin that does not exist is an error" 1 bccwatch block --unpin none
check_lines "block --unpin: a pin that does not exist is reported" 1 "there is no pin 'none'" "$tmp/said"
check "block --status: nothing is printed where nothing is pinned" [ -z "$(bccwatch block --status 2>&1)" ]

echo SECRET >secret && echo x >free && mkdir dir && echo x >dir/f
rules=(--name secret --dir dir)

run_pin() { # run_pin HOOK: one process after the other
	local hook=$1 first n
	: >"$printed"
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check_lines "$hook: --pin: the header says how it ends" 1 "the rules hold without this process, until bccwatch block --unpin p." "$err"
	check "$hook: --pin: the file is denied" denied secret
	check "$hook: --pin: another file is allowed" reads free x
	check "$hook: --pin: the event is printed, with its generation" within 5 shows "file $home/secret, denied\. GENERATION=1\$" "$out"
	list
	check "$hook: --status: name, hook, process and rules are listed" \
		shows "^p: hook $hook, since 20[-0-9]* [0-9:]*, generation 1, watched by process $pid; 1 denied, 0 events lost; 2 rules: name secret, dir $home/dir\.\$" "$tmp/list"
	bccwatch block --status --json >"$tmp/json"
	check "$hook: --status --json: it has the same" \
		shows "^\{\"name\":\"p\",\"version\":2,\"watched\":true,\"hook\":\"$hook\",\"since\":[0-9]+,\"generation\":1,\"denied\":1,\"lost\":0,\"process\":$pid,\"rules\":\[\{\"name\":\"secret\"\},\{\"dir\":\"$home/dir\"\}\]\}\$" "$tmp/json"
	check "$hook: --pin: its directory is root's alone" [ "$(stat -c '%a %u' "$pins" "$pins/p" | sort -u)" = "700 0" ]
	check_status "$hook: --pin: a second process of that name is refused" 1 bccwatch block -a deny --headers btf "${rules[@]}" --pin p
	check_lines "$hook: --pin: a second process of that name is refused with the first one's number" 1 "end process $pid first" "$tmp/said"
	check_status "$hook: --unpin: is refused while a process watches" 1 bccwatch block --unpin p
	check "$hook: --pin: after these two the file is denied" denied secret
	has_printed 2

	end_of_process KILL
	check "$hook: --pin: after SIGKILL the file is denied" denied secret
	check "$hook: --pin: after SIGKILL a file beneath the directory is denied" denied dir/f
	check "$hook: --pin: after SIGKILL nothing can be created beneath the directory" write_denied dir/new
	check "$hook: --pin: after SIGKILL another file is allowed" reads free x
	list
	check "$hook: --status: that no process watches is listed" shows '^p: .* watched by no process; ' "$tmp/list"

	n=$(($(n_listed p denied) - 2)) # these two were printed by the first process
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check_lines "$hook: --pin: what happened meanwhile is counted" 1 \
		"Denied while no process watched: $n; the events of 0 are lost." "$err"
	check "$hook: --pin: what happened meanwhile is printed, with the generation that it was denied by" \
		within 5 shows "^[0-9:]{8} .* file $home/dir/f, denied\. GENERATION=1\$" "$out"
	check "$hook: --pin: after it was taken over the file is denied" denied secret
	check "$hook: --pin: after it was taken over an event has the new generation" within 5 shows "file $home/secret, denied\. GENERATION=2\$" "$out"
	first=$(pinned_programs p)
	end_of_process TERM
	check "$hook: --pin: SIGTERM ends the process with status 0" [ "$status" = 0 ]
	check "$hook: --pin: the closing line has what was denied since the last process, that the enforcement stays, and how to end it" \
		shows "^$((n + 1)) accesses denied\. The rules were of generation 2\. The enforcement stays, pinned as 'p', until bccwatch block --unpin p\. $((n + 1)) events shown, 0 lost\.\$" "$err"
	check "$hook: --pin: after SIGTERM the file is denied" denied secret
	check "$hook: --pin: one generation is pinned" [ "$(ls "$pins/p")" = g2$'\n'info ]

	# Other rules; then those of a file, which are read again.
	start_pin --hook "$hook" --name secret --pin p || return
	check "$hook: --pin: a rule that the new process does not have ends" reads dir/f x
	check "$hook: --pin: a rule that it has, too, holds" denied secret
	check "$hook: --pin: programs of the old rules are gone" [ "$(pinned_programs p)" -lt "$first" ]
	end_of_process INT
	printf 'name secret\n' >rules.txt
	start_pin --hook "$hook" --rules rules.txt --pin p || return
	printf 'name free\n' >rules.txt && echo x >free
	kill -HUP "$pid"
	check "$hook: --pin: SIGHUP reads the rules again" within 120 shows '^Reloaded in [0-9]+ ms: generation 5, 1 rule\.' "$err"
	check "$hook: --pin: a rule that the reload removed ends" reads secret SECRET
	end_of_process KILL
	check "$hook: --pin: after SIGKILL the rules of the reload hold" denied free
	check "$hook: --pin: after the reload one generation is pinned" [ "$(ls "$pins/p")" = g5$'\n'info ]
	check "$hook: --unpin: says what ended" [ "$(unpin p)" = "Unpinned 'p': its rules are not enforced any more." ]
	check "$hook: --unpin: the files are allowed" reads secret SECRET
	check "$hook: --unpin: nothing is left in bpffs" has_no_pins
	check "$hook: --unpin: nothing is left attached" nothing_attached
	rm -f rules.txt
}

run_short() { # run_short HOOK: the same in short
	local hook=$1
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check "$hook: --pin: the file is denied" denied secret
	has_printed 1
	end_of_process KILL
	check "$hook: --pin: after SIGKILL the file is denied" denied secret
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check_lines "$hook: --pin: what happened meanwhile is counted" 1 "Denied while no process watched: 1; the events of 0 are lost." "$err"
	end_of_process TERM
	check "$hook: --pin: after SIGTERM the file is denied" denied secret
	check "$hook: --unpin: ends it" unpin p
	check "$hook: --unpin: the file is allowed" reads secret SECRET
	check "$hook: --unpin: nothing is left attached" nothing_attached
}

# Processes that try to open a file until there is a file `end`: who opens it once reports that.
try_always() { # try_always FILE
	perl -e 'my $n = 0; my $f = shift;
		until (-e "end") {
			for (1 .. 10) { $n++; if (open(my $h, "<", $f)) { print "passed\n"; exit } }
			select(undef, undef, undef, 0.1); # the restarts need some of the time, too
		}
		print "attempts $n\n"' "$1"
}

# Starts that are killed before they end, beside the attempts: some of them between two steps of a take-over.
kill_starts() { # kill_starts HOOK COUNT
	local i
	for ((i = 0; i < $2; i++)); do
		bccwatch block --headers btf -a deny --hook "$1" "${tried[@]}" --pin p >>"$printed" 2>"$tmp/early" &
		pid=$!
		until grep -q . "$tmp/early" || ! kill -0 $pid 2>/dev/null || [ -n "$(find "$pins/p" -name 'link_*' -newer "$tmp/mark")" ]; do sleep 0.01; done
		kill -KILL $pid
		wait $pid 2>/dev/null
		touch "$tmp/mark"
	done
}

run_restarts() { # run_restarts HOOK COUNT FILE: SIGKILL and start, beside attempts
	local hook=$1 count=$2 file=$3 tries=() tried n attempts lines lost
	tried=(--name secret) # of which a start takes less time
	[ "$file" = secret ] || tried=("${rules[@]}")
	touch "$tmp/mark"
	rm -f end "$tmp"/try?
	: >"$printed" && : >"$tmp/headers"
	start_pin --hook "$hook" "${tried[@]}" --pin p || return
	if grep -q "On this preemptible kernel" "$err"; then # as the header says, not each open is checked by this hook
		skip "$hook: --pin: restarts beside attempts" "the kernel preempts its program"
		stop TERM
		unpin p >/dev/null
		return
	fi
	for n in 1 2; do
		try_always "$file" >"$tmp/try$n" 2>&1 &
		tries+=($!)
	done
	for ((n = 0; n < count; n++)); do
		end_of_process KILL
		[ $n != 5 ] || kill_starts "$hook" 3
		start_block -a deny --hook "$hook" "${tried[@]}" --pin p || break
		cat "$err" >>"$tmp/headers"
	done
	touch end
	wait "${tries[@]}"
	sleep 2
	list
	end_of_process TERM
	attempts=$(sed -n 's/^attempts //p' "$tmp"/try? | awk '{n += $1} END {print n + 0}')
	lines=$(grep -c "file $home/$file, denied\. GENERATION=" "$printed")
	lost=$(sed -n 's/.*the events of \([0-9]*\) are lost\.$/\1/p' "$tmp/headers" | awk '{n += $1} END {print n + 0}')
	check "$hook: --pin: $count SIGKILLs and restarts were made" [ "$(grep -c '^Taken over without a gap' "$tmp/headers")" = "$count" ]
	check_lines "$hook: --pin: no open passes during $count SIGKILLs and restarts" 2 attempts <(cat "$tmp"/try?)
	check "$hook: --pin: attempts were made during the restarts, more than there were restarts" [ "$attempts" -gt $((20 * count)) ]
	check "$hook: --pin: each attempt during the restarts is counted, once" [ "$(n_listed p denied)" = "$attempts" ]
	check "$hook: --pin: each attempt during the restarts is printed, or counted as lost" [ $((lines + lost)) -ge "$attempts" ]
	check "$hook: --pin: of the attempts during the restarts none is printed twice" [ "$lines" -le "$attempts" ]
	check "$hook: --pin: of the attempts during the restarts less than one of a hundred is lost" [ $((lost * 100)) -le "$attempts" ]
	check "$hook: --pin: after the restarts one generation is pinned" [ "$(find "$pins/p" -mindepth 1 -maxdepth 1 -name 'g*' | wc -l) $(ls "$pins/p" | wc -l)" = "1 2" ]
	echo "# $hook: --pin: $count restarts beside $attempts attempts, none passed, $lines printed, $lost lost"
	unpin p >/dev/null
	check "$hook: --unpin: after the restarts nothing is left attached" nothing_attached
}

# What lies where pins do. Nothing of that is removed, and nothing is blocked.
pin_fails() { # pin_fails NAME PATTERN: the start fails, with that message
	check_status "block --pin: $1: it is refused" 1 bccwatch block -a deny --headers btf "${rules[@]}" --pin p
	check "block --pin: $1: it is refused with the reason" shows "$2" "$tmp/said"
	check "block --pin: $1: nothing is left attached" nothing_attached
}
run_directories() {
	mkdir -m 700 "$pins" 2>/dev/null
	mkdir "$tmp/elsewhere" && ln -s "$tmp/elsewhere" "$pins/p"
	pin_fails "a symlink in its place" "cannot use 'p' of bpffs: not a directory"
	check "block --pin: a symlink in its place: nothing is written to where it leads" [ -z "$(ls "$tmp/elsewhere")" ]
	check_status "block --unpin: a symlink is refused" 1 bccwatch block --unpin p
	rm "$pins/p"
	mkdir -m 700 "$pins/p" && chown 1234 "$pins/p"
	pin_fails "a directory of another user" "it belongs to uid 1234 and has the mode 0700"
	chown 0 "$pins/p" && chmod 755 "$pins/p"
	pin_fails "a directory that others may enter" "it belongs to uid 0 and has the mode 0755"
	chmod 700 "$pins/p" && mkdir "$pins/p/other"
	pin_fails "something that is not bccwatch's" "'other' in it is not bccwatch's"
	check_status "block --unpin: something that is not bccwatch's is refused" 1 bccwatch block --unpin p
	check "block --unpin: something that is not bccwatch's stays" [ -d "$pins/p/other" ]
	rmdir "$pins/p/other" && ln -s "$tmp/elsewhere" "$pins/p/info"
	pin_fails "a symlink in place of a map" "'info' in it is not bccwatch's"
	rm "$pins/p/info" && mkdir -m 700 "$pins/p/g7"
	list
	check "block --status: a directory in which nothing is pinned is listed as such" shows '^p: nothing is pinned$' "$tmp/list"
	rmdir "$pins/p/g7" "$pins/p"
	mount -t tmpfs -o mode=700 none "$pins"
	pin_fails "another file system over it" "another file system"
	umount "$pins"
	mount -o remount,ro "$bpffs"
	pin_fails "a bpffs that cannot be written to" "Read-only file system"
	mount -o remount,rw "$bpffs" && rmdir "$pins"
	mount -t tmpfs none "$bpffs" # as where bpffs is not mounted
	pin_fails "no bpffs" "bpffs is not mounted at /sys/fs/bpf"
	check_lines "block --pin: no bpffs: what to do is printed" 1 "mount -t bpf bpf /sys/fs/bpf" "$tmp/said"
	check_status "block --status: no bpffs is reported" 1 bccwatch block --status
	umount "$bpffs"
}

# A take-over that fails, and one that was interrupted.
run_failures() { # run_failures HOOK
	local hook=$1
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	end_of_process KILL
	mount -o remount,ro "$bpffs"
	check_status "$hook: --pin: a take-over of which nothing can be pinned fails" 1 \
		bccwatch block -a deny --headers btf --hook "$hook" "${rules[@]}" --pin p
	mount -o remount,rw "$bpffs"
	check "$hook: --pin: after a take-over that failed the old rules hold" denied secret
	check "$hook: --pin: after a take-over that failed the old generation is pinned" [ "$(ls "$pins/p")" = g1$'\n'info ]
	# As it is between two steps of a take-over: a part of the new generation is pinned; both are, and the new one is in force.
	mkdir -m 700 "$pins/p/g2" && ln "$pins/p/g1/map_events" "$pins/p/g1/link_0" "$pins/p/g2"
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check "$hook: --pin: what a take-over that was interrupted has left is removed" [ "$(ls "$pins/p")" = g2$'\n'info ]
	end_of_process KILL
	check "$hook: --pin: after that the rules hold" denied secret
	mkdir -m 700 "$pins/p/g3" && ln "$pins/p"/g2/* "$pins/p/g3" && "$fixtures/tamper" pinned "$pins/p/info" 24 3
	list
	check "$hook: --status: between two steps the new generation is listed" shows '^p: .* generation 3, ' "$tmp/list"
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	check "$hook: --pin: the generation before, which was to be removed, is removed" [ "$(ls "$pins/p")" = g4$'\n'info ]
	end_of_process KILL
	check "$hook: --pin: after that, too, the rules hold" denied secret

	# Another version, of which only magic and version are known.
	"$fixtures/tamper" pinned "$pins/p/info" 12 77 && mkdir "$pins/p/new" "$pins/p/new/deep" && ln -s /etc "$pins/p/new/link"
	check_status "$hook: --pin: another version is refused" 1 bccwatch block -a deny --headers btf --hook "$hook" "${rules[@]}" --pin p
	check_lines "$hook: --pin: another version is refused with the reason" 1 "has version 77, this bccwatch knows version 2" "$tmp/said"
	check_lines "$hook: --pin: another version is refused with what to do" 1 "end the enforcement by bccwatch block --unpin p" "$tmp/said"
	check "$hook: --pin: another version goes on" denied secret
	list
	check "$hook: --status: another version is listed with what to do" shows '^p: version 77, .* bccwatch block --unpin p ends it$' "$tmp/list"
	check "$hook: --unpin: ends another version" unpin p
	check "$hook: --unpin: of another version nothing is left in bpffs" has_no_pins
	check "$hook: --unpin: of another version nothing is left attached" nothing_attached
	check "$hook: --unpin: no symlink is followed" [ -d /etc ]
}

run_losses() { # run_losses HOOK: more events than the buffer holds, and nobody reads
	local hook=$1 attempts=20000 lost
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	end_of_process KILL
	perl -e 'for (1 .. $ARGV[0]) { die "passed" if open(my $h, "<", "secret") }' $attempts
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	lost=$(sed -n "s/^Taken over without a gap\. Denied while no process watched: $attempts; the events of \([0-9]*\) are lost\.\$/\1/p" "$err")
	check "$hook: --pin: that the buffer was full is reported, with how many events are lost" [ "${lost:-0}" -gt 0 ]
	check "$hook: --pin: what the buffer held is printed" within 30 \
		sh -c '[ "$(grep -c "file $1, denied" "$2")" = "$3" ]' sh "$home/secret" "$out" $((attempts - lost))
	check "$hook: --pin: events that are lost are reported as such" within 5 shows "^Lost $lost events: no process read them in time\.\$" "$err"
	stop TERM
	check_lines "$hook: --pin: the closing line has what was denied, shown and lost meanwhile" 1 \
		"bccwatch block --unpin p. $((attempts - lost)) events shown, $lost lost." "$err"
	unpin p >/dev/null
}

# A process that gets the number of the one that watched is no exception.
run_number() { # run_number HOOK
	local hook=$1 i number
	start_pin --hook "$hook" "${rules[@]}" --pin p || return
	number=$pid
	end_of_process KILL
	for i in 1 2 3 4 5; do
		echo $((number - 1)) >/proc/sys/kernel/ns_last_pid
		perl -e 'print $$ == $ARGV[0] ? open(my $h, "<", "secret") ? "passed\n" : "denied\n" : ""' "$number" >"$tmp/number"
		[ ! -s "$tmp/number" ] || break
	done
	check "$hook: --pin: a process with the number of the one that watched is denied" [ "$(cat "$tmp/number")" = denied ]
	unpin p >/dev/null
}

run_self_test() { # run_self_test HOOK
	local hook=$1 always
	start_pin --hook "$hook" "${rules[@]}" --pin p --self-test 1 || return
	check "$hook: --self-test: the rules hold" denied secret
	sleep 3
	check_lines "$hook: --self-test: a test that is denied is not reported" 0 Self-test "$err"
	"$fixtures/tamper" detach "$pins/p/g1/link_0" 2>"$tmp/detach"
	echo "# $hook: detaching a link from outside: $(cat "$tmp/detach")"
	"$fixtures/tamper" map settings 0 0 # learning: nothing is enforced
	check "$hook: --self-test: what another process changed is found and replaced" within 60 shows '^Replaced: the test access is denied again, generation 2\.' "$err"
	check "$hook: --self-test: what failed is reported" shows '^Self-test failed: the test access was not denied\.' "$err"
	check "$hook: --self-test: the replacement denies" denied secret
	check "$hook: --self-test: the replacement is pinned" [ "$(ls "$pins/p")" = g2$'\n'info ]
	"$fixtures/tamper" always settings 0 0 &
	always=$!
	check "$hook: --self-test: where no replacement works, that is reported" within 90 shows '^Degraded: ' "$err"
	kill "$always" && wait "$always" 2>/dev/null
	stop TERM
	check "$hook: --self-test: where no replacement worked, the status is 1" [ "$status" = 1 ]
	check "$hook: --self-test: no event of a test is printed" shows_no 'self-test|memfd' "$out"
	unpin p >/dev/null

	start_block -a deny --hook "$hook" "${rules[@]}" --self-test 1 || return
	"$fixtures/tamper" map settings 0 0
	check "$hook: --self-test: without --pin, too, what was changed is replaced" within 60 shows '^Replaced: ' "$err"
	check "$hook: --self-test: without --pin the replacement denies" denied secret
	stop TERM
	check "$hook: --self-test: after a replacement that works the status is 0" [ "$status" = 0 ]
	check "$hook: --self-test: nothing is left attached at the end" nothing_attached
}

run_directories
read -r first others < <(denying_hooks)
run_pin "$first"
run_failures "$first"
run_number "$first"
run_losses "$first"
if is_soak; then run_restarts "$first" 50 secret && run_restarts "$first" 50 dir/f; else run_restarts "$first" 10 secret; fi
run_self_test "$first"
for hook in $others; do
	if is_soak; then run_pin "$hook" && run_restarts "$hook" 50 dir/f && run_self_test "$hook"; else run_short "$hook"; fi
done
check "block --pin: nothing is left attached at the end" nothing_attached
