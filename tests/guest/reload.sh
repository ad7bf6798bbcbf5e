#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: rules that are read again while they hold; paths and directories that do not exist yet; programs that are replaced.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/reload # on a disk's file system
mkdir "$home" && chmod 755 /root "$home" && cd "$home" || exit
start_block() { start_command block --headers btf "$@"; } # which compiles in a quarter of the time
n_denied() { sed -nE 's/^([0-9]*) access(es)? .*/\1/p' "$err"; }
denial="Permission denied"

# reload: sends SIGHUP, and waits until it has been acted on.
answers() { grep -cE '^Reloaded in |stay in force' "$err"; }
reload() {
	local before
	before=$(answers)
	kill -HUP "$pid" || return
	for _ in $(seq 1200); do
		[ "$(answers)" = "$before" ] || return 0
		kill -0 "$pid" || return
		sleep 0.05
	done
	echo "no answer to SIGHUP: $(tail -n 5 "$err")"
	return 1
}
descriptors() { find "/proc/$pid/fd" -mindepth 1 | wc -l; }
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }
bpf_objects() { find "/proc/$pid/fd" -lname 'anon_inode:bpf*' -o -lname 'anon_inode:\[perf*' | wc -l; }

# Usage, and what is refused at the start.
printf '#!/bin/sh\ncat secret\n' >script.sh && chmod 755 script.sh
check_status "block --except-exe: a script is refused at the start" 1 bccwatch block --name x --except-exe script.sh
check_lines "block --except-exe: a script is refused with the reason" 1 "the kernel sees its interpreter '/bin/sh' alone" "$tmp/said"
check_lines "block --except-exe: a script is refused with what to do" 1 "use --except-uid" "$tmp/said"

echo SECRET >secret && echo OTHER >other
start_block -a deny --name secret --name '*.pem'
check_lines "block --name: a name with a star is reported as taken literally, with what to do" 1 \
	"the name '*.pem' is taken literally, not as a pattern: only files of exactly this name are protected. For a pattern use --name-glob." "$err"
kill -HUP "$pid"
check "block: SIGHUP without --rules is reported" within 5 shows '^SIGHUP: nothing to reload' "$err"
check "block: SIGHUP without --rules does not end the enforcement" denied secret
stop INT
check "block: without --rules the lines of events have no generation" shows ' forbidden file .*, denied\.$' "$out"
check_lines "block: without --rules the closing line has no generation" 0 generation "$err"

run_reload() { # run_reload HOOK: adds and removes rules
	local hook=$1 before n
	mkdir -p kept d1 d2 && echo x >d1/f && echo x >d2/f && echo x >d1/moved && echo x >p1
	printf 'name secret\ndir %s/d1\npath %s/p1\n' "$home" "$home" >rules
	start_block -a deny --hook "$hook" --rules rules --name forever || return
	check "$hook: block --rules: a rule of the file holds" denied d1/f
	mv d1/moved away
	printf 'name secret\ndir %s/d1\ndir %s/d2\npath %s/p1\n' "$home" "$home" "$home" >rules
	check "$hook: SIGHUP: the rules are read again" reload
	check "$hook: SIGHUP: a rule that was added holds" denied d2/f
	check "$hook: SIGHUP: a rule that stayed holds" denied d1/f
	check "$hook: SIGHUP: a file that was moved out of a directory before is still denied" denied away
	check "$hook: SIGHUP: the generation is reported" shows '^Reloaded in [0-9]+ ms: generation 2, 5 rules\.' "$err"
	printf 'name secret\ndir %s/d2\n' "$home" >rules
	check "$hook: SIGHUP: rules can be removed" reload
	check "$hook: SIGHUP: a directory whose rule was removed is allowed" reads d1/f x
	check "$hook: SIGHUP: a path whose rule was removed is allowed" reads p1 x
	check "$hook: SIGHUP: where a rule was removed, a file that had been moved out of its directory is allowed" reads away x
	check "$hook: SIGHUP: a directory whose rule stayed is denied" denied d2/f
	check "$hook: SIGHUP: a rule of the command line stays" write_denied forever
	printf 'name secret\ndirr %s/d2\n' "$home" >rules
	check "$hook: SIGHUP: a wrong file is answered" reload
	check_lines "$hook: SIGHUP: a wrong file is reported by file and line" 1 "rules:2: a rule begins with" "$err"
	check_lines "$hook: SIGHUP: a wrong file leaves the rules, and what to do is printed" 1 \
		"the rules of generation 3 stay in force; fix this, then send SIGHUP again" "$err"
	check "$hook: SIGHUP: after a wrong file the old rules hold" denied d2/f
	printf 'path %s/d1\n' "$home" >rules
	check "$hook: SIGHUP: a file whose rule cannot hold is answered" reload
	check "$hook: SIGHUP: after a rule that cannot hold the old rules hold" denied d2/f
	rm rules
	check "$hook: SIGHUP: a file that is gone is answered" reload
	check "$hook: SIGHUP: after a file that is gone the old rules hold" denied d2/f
	printf 'name secret\n' >rules
	check "$hook: SIGHUP: the file is fixed" reload
	check "$hook: SIGHUP: after the file was fixed its rules hold" reads d2/f x
	check "$hook: SIGHUP: after the file was fixed the name is denied" denied secret
	before=$(bpf_objects)
	for n in 1 2 3; do reload; done
	check "$hook: SIGHUP: three more reloads leave as many maps and programs" [ "$before" = "$(bpf_objects)" ]
	stop TERM
	check "$hook: SIGTERM after reloads ends it with status 0" [ "$status" = 0 ]
	check "$hook: block --rules: the first generation stands on its lines" shows "file $home/d1/f, denied\. GENERATION=1\$" "$out"
	check "$hook: block --rules: the second generation stands on its lines" shows "file $home/d2/f, denied\. GENERATION=2\$" "$out"
	check "$hook: block --rules: the closing line has the generation" shows '^[0-9]+ accesses denied\. The rules were of generation 7\. [0-9]+ events shown, 0 lost\.' "$err"
	check "$hook: SIGHUP: nothing is left attached at the end" nothing_attached
	rm -rf d1 d2 p1 away rules
}

# Processes that try to open a file until there is a file `end`: who opens it once reports that.
try_always() { # try_always FILE
	perl -e 'my $n = 0; my $f = shift;
		until (-e "end") {
			for (1 .. 50) { $n++; if (open(my $h, "<", $f)) { print "passed\n"; exit } }
			select(undef, undef, undef, 0.05); # reloads need some of the time, too
		}
		print "attempts $n\n"' "$1"
}
run_gap() { # run_gap HOOK KIND RELOADS: reloads of two sets of rules, whose programs differ
	local hook=$1 kind=$2 reloads=$3 tries=() before kb n attempts
	mkdir -p d1 && echo x >d1/always && rm -f end "$tmp"/try?
	# Of kinds that have other programs, which the other tests have compiled, where that can be.
	if [ "$kind" = dir ]; then
		printf 'name other\ndir %s/d1\n' "$home" >one
		cp one two && printf 'path %s/none\n' "$home" >>two
	else
		printf 'path %s/d1/always\n' "$home" >one
		cp one two && printf 'name other\n' >>one && printf 'path %s/none/missing\n' "$home" >>two
	fi
	cp one rules
	start_block -a deny --hook "$hook" --rules rules || return
	if grep -q "On this preemptible kernel" "$err"; then # as the header says, not each open is checked by this hook
		skip "$hook: --$kind: reloads beside attempts" "the kernel preempts its program"
		stop TERM
		return
	fi
	cp two rules && reload && cp one rules && reload
	for n in 1 2 3 4; do
		try_always d1/always >"$tmp/try$n" 2>&1 &
		tries+=($!)
	done
	before="$(descriptors) descriptors, $(bpf_objects) maps, programs and buffers" kb=$(memory)
	for n in $(seq $((reloads / 2))); do
		cp two rules && reload && cp one rules && reload || { fail "$hook: --$kind: SIGHUP: reload $n"; break; }
	done
	touch end
	wait "${tries[@]}"
	check "$hook: --$kind: $reloads reloads leave less than 1 MB of memory" [ $(($(memory) - kb)) -lt 1024 ]
	check "$hook: --$kind: $reloads reloads leave as many descriptors" \
		[ "$before" = "$(descriptors) descriptors, $(bpf_objects) maps, programs and buffers" ]
	stop TERM
	attempts=$(sed -n 's/^attempts //p' "$tmp"/try? | awk '{n += $1} END {print n + 0}')
	check_lines "$hook: --$kind: no open passes during $reloads reloads" 4 attempts <(cat "$tmp"/try?)
	check "$hook: --$kind: attempts were made during $reloads reloads, more than there were reloads" [ "$attempts" -gt $((20 * reloads)) ]
	check "$hook: --$kind: each attempt during $reloads reloads is counted, once" [ "$(n_denied)" = "$attempts" ]
	check "$hook: --$kind: $reloads reloads were made" [ "$(grep -c '^Reloaded in ' "$err")" = $((reloads + 2)) ]
	echo "# $hook: --$kind: $attempts attempts, none passed; ms a reload took beside them: $(
		sed -nE 's/^Reloaded in ([0-9]+) ms.*/\1/p' "$err" | sort -n |
			awk '{t[NR] = $1} END {print "least " t[1] ", median " t[int((NR + 1) / 2)] ", most " t[NR]}')"
	rm -rf d1 one two rules
}

# What does not exist yet. Each round begins anew with nothing.
rounds() { # rounds FILE DIR...: makes the directories, and tries to create the file
	perl -e 'my ($f, @d) = @ARGV; my $passed = 0;
		for (1 .. 300) {
			for (@d) { mkdir $_ or die "$_: $!\n" }
			if (open(my $h, ">", $f)) { $passed++; unlink $f }
			for (reverse @d) { rmdir $_ or die "rmdir $_: $!\n" }
		}
		print "passed $passed\n"' "$@"
}
run_waiting() { # run_waiting HOOK
	local hook=$1
	mkdir -p mnt source target prepared/b && echo x >prepared/b/f && echo x >target/f
	mkdir -p made/c/e && echo x >made/c/e/f
	printf 'dir %s\n' "$home/w/x" "$home/mnt/later" "$home/link" "$home/whole" >rules
	printf 'path %s\n' "$home/q/z/file" "$home/tree/c/e/f" "$home/soon" >>rules
	printf 'name secret\n' >>rules
	start_block -a deny --hook "$hook" --rules rules || return
	check_lines "$hook: the header names what is waited for" 1 \
		"Waiting for: $home/w/x, $home/mnt/later, $home/link, $home/whole, $home/q/z/file, $home/tree/c/e/f, $home/soon. Each is protected" "$err"
	check "$hook: beside what is waited for, other rules hold" denied secret
	check "$hook: 300 times, a file beneath a directory that was made just now cannot be created" [ "$(rounds w/x/f w w/x)" = "passed 0" ]
	check "$hook: 300 times, a file at a path whose directories were made just now cannot be created" [ "$(rounds q/z/file q q/z)" = "passed 0" ]
	mkdir -p w/x q/z
	check "$hook: a file beneath a directory that came is denied" write_denied w/x/f
	check "$hook: a directory beneath a directory that came cannot be made" refused "$denial" perl -e 'mkdir "w/x/d" or die "x: $!\n"'
	check "$hook: another file in a directory on the way to a path is allowed" sh -c 'echo x >q/z/free && cat q/z/free'
	check "$hook: a file at a path that came is denied" write_denied q/z/file
	check "$hook: a file at a path whose directory was there is denied" write_denied soon
	check "$hook: that a directory came is reported" within 5 shows "^Protected now that it exists: $home/w/x\$" "$err"
	mv prepared whole
	check "$hook: what is in a directory that was moved to the place is denied" denied whole/b/f
	mv made tree
	check "$hook: a path in a tree that was moved to the place is denied within a second" within 1 denied tree/c/e/f
	ln -s target link
	check "$hook: what is in a directory that a symlink at the place leads to is denied within a second" within 1 denied link/f
	mount -t tmpfs none source && mkdir source/later && echo x >source/later/f && mount --bind source mnt
	check "$hook: a directory that was mounted at the place is denied within a second" within 1 denied mnt/later/f
	check "$hook: SIGHUP: rules that wait are read again" reload
	check "$hook: SIGHUP: a directory that came is denied" denied whole/b/f
	check "$hook: SIGHUP: a file at a path that came is denied" write_denied q/z/file
	stop TERM
	umount mnt source
	check_lines "$hook: after what was waited for nothing has failed" 0 bccwatch: "$err"
	rm -rf w q whole tree link mnt source target rules soon
}

run_exes() { # run_exes HOOK
	local hook=$1 old users
	cp /bin/bash tool && cp /bin/bash newer && mkfifo go goes 2>/dev/null
	chmod 666 go goes && : >said && : >users && chmod 666 said users
	printf 'name secret\n' >rules
	start_block -a deny --hook "$hook" --rules rules --except-exe tool || return
	ln tool alias
	reading() { "$1" -c 'read -r x <secret && echo "$x"'; }
	check "$hook: --except-exe: the program may read" [ "$(reading ./tool)" = SECRET ]
	check "$hook: --except-exe: its inode under another name may not" [ "$(reading ./alias 2>&1)" = "./alias: line 1: secret: $denial" ]
	# shellcheck disable=SC2016
	./tool -c 'read -r _ <go; read -r x <secret && echo "$x"' >said 2>&1 &
	old=$!
	# shellcheck disable=SC2016
	setpriv --reuid 1234 --clear-groups ./tool -c 'read -r _ <goes; read -r x <secret && echo "$x"' >users 2>&1 &
	users=$!
	sleep 1
	exec 9<tool
	mv newer tool
	check "$hook: --except-exe: after it was replaced by rename the new program may read" [ "$(reading ./tool)" = SECRET ]
	check "$hook: --except-exe: after it was replaced its old inode, executed by a descriptor, may not" \
		[ "$(reading /proc/self/fd/9 2>&1)" = "/proc/self/fd/9: line 1: secret: $denial" ]
	exec 9<&-
	check "$hook: SIGHUP: beside excepted programs" reload
	check "$hook: SIGHUP: the excepted program may read" [ "$(reading ./tool)" = SECRET ]
	echo x >go && wait "$old"
	check "$hook: --except-exe: a process that runs the old program may read, after a reload, too" reads said SECRET
	echo x >goes && wait "$users"
	check "$hook: --except-exe: a user's process that runs the old program may read, after a reload, too" reads users SECRET
	check "$hook: SIGHUP: its old inode under another name may not read" [ "$(reading ./alias 2>&1)" = "./alias: line 1: secret: $denial" ]
	stop TERM
	rm -f tool newer alias said users rules
}

run_short() { # run_short HOOK: another rule
	local hook=$1
	printf 'name secret\n' >rules
	start_block -a deny --hook "$hook" --rules rules || return
	printf 'name secret\nname other\n' >rules
	check "$hook: SIGHUP: the rules are read again" reload
	check "$hook: SIGHUP: a rule that was added holds" denied other
	check "$hook: SIGHUP: a rule that stayed holds" denied secret
	stop TERM
}

# All by the first hook. What another one does differently is that it denies; what is noticed is so by the same programs.
read -r first others < <(denying_hooks)
run_reload "$first"
run_gap "$first" dir 2
run_waiting "$first"
run_exes "$first"
for hook in $others; do
	if is_soak; then run_reload "$hook" && run_waiting "$hook" && run_exes "$hook"; else run_short "$hook"; fi
done
if is_soak; then
	for hook in $(denying_hooks); do
		run_gap "$hook" path 1000
		run_gap "$hook" dir 100
	done
fi

if has_kprobes; then
	mkdir d1 && echo x >d1/f && printf 'name secret\ndir %s/w/x\n' "$home" >rules
	start_block --hook signal --rules rules
	printf 'name secret\ndir %s/d1\ndir %s/w/x\n' "$home" "$home" >rules
	check "signal: SIGHUP: the rules are read again" reload
	check "signal: SIGHUP: who opens what a new rule protects is killed" killed cat d1/f
	mkdir -p w/x
	check "signal: who creates a file beneath a directory that came is killed" killed sh -c ': >w/x/f'
	stop TERM
	rm -rf d1 w rules
else
	skip "signal: all" "this kernel has no kprobes"
fi

# A pipe can't be read twice.
start_block -a deny --rules <(printf 'name secret\n')
check "SIGHUP: a file of rules that was a pipe is answered" reload
check_lines "SIGHUP: a file of rules that was a pipe is not read again" 1 "again: not a regular file" "$err"
check "SIGHUP: after a file of rules that was a pipe the rules hold" denied secret
stop TERM

# SIGHUP before the rules hold.
printf 'name secret\n' >rules
: >"$tmp/err"
bccwatch block --headers btf -a deny --rules rules --no-cache >"$tmp/out" 2>"$tmp/err" &
pid=$! err=$tmp/err out=$tmp/out
until pgrep -x bccwatch-compil >/dev/null; do sleep 0.05; done
kill -HUP "$pid"
check "SIGHUP during the compilation does not end block" within 120 shows 'Ctrl-C ends' "$err"
check "SIGHUP during the compilation reads the rules again once they hold" within 120 shows '^Reloaded in [0-9]+ ms: generation 2' "$err"
check "SIGHUP during the compilation: the rules hold" denied secret
stop TERM
check "SIGHUP: nothing is left attached at the end" nothing_attached
