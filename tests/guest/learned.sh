#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: files that left a protected path stay protected: rotation without end, a share of the entries for each user.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/learned # on a disk's file system
mkdir -p "$home/logs" "$home/open" && chmod 755 /root "$home" && chmod 777 "$home/open" && cd "$home" || exit
start_block() { start_command block --headers btf "$@"; }
as() { setpriv --reuid "$1" --clear-groups "${@:2}"; }

# rotate FILE ROUNDS: as logrotate does, keeping four. Prints what could be read, and what could not be done.
rotate() {
	perl -e 'my ($f, $n) = @ARGV;
		for my $round (1 .. $n) {
			for (3, 2, 1) { rename "$f.$_", "$f." . ($_ + 1) }
			rename $f, "$f.1" or die "round $round: rename: $!\n" if -e $f;
			open(my $h, ">", $f) or die "round $round: create: $!\n";
			print $h "x\n";
			close $h;
			next if $round % 10;
			for ($f, "$f.1", "$f.4") { print "round $round: $_ was read\n" if open(my $r, "<", $_) }
		}
		print "done\n"' "$1" "$2" 2>&1
}
# keep FILE PREFIX N: creates FILE and renames it to PREFIX and a number, at most N times. Prints how often that was done.
keep() {
	perl -e 'my ($f, $to, $n) = @ARGV; my $i = 0;
		while ($i < $n) {
			open(my $h, ">", $f) or die "create: $!\n";
			close $h;
			rename $f, $to . ($i + 1) or last;
			$i++;
		}
		print "$i\n"' "$1" "$2" "$3" 2>&1
}
export -f keep
kept_by() { as "$1" bash -c "keep $2 $3 $4"; }

rounds=2000
! takes_long || rounds=20000 # more than there are entries
read -r hook _ < <(denying_hooks)
printf 'path %s/logs/log\npath %s/open/log\n' "$home" "$home" >rules
start_block -a deny --hook "$hook" --rules rules --access read || exit
check "block --path: $rounds rotations of a protected file are allowed, and what is rotated stays denied" [ "$(rotate logs/log "$rounds")" = "done" ]
check "block --path: after $rounds rotations what has other names is denied" denied logs/log.4
check "block --path: after $rounds rotations what is at the path is denied" denied logs/log
check "block --path: one user may fill half of what the users may have" [ "$(kept_by 1234 open/log open/a. 7000)" = 6144 ]
check "block --path: what a user moved away before is denied" denied open/a.6144
check "block --path: who has no share left is refused" refused "$(printf "cannot move 'open/log' to 'open/b': Permission denied")" as 1234 mv open/log open/b
check "block --path: whose files fill the entries is reported" within 5 shows \
	'^Refused [0-9]+ links or renames: no entry is left for their files, .* Most entries: 6144 of uid 1234, ' "$err"
rm open/log
check "block --path: another user has a share of his own" [ "$(kept_by 1235 open/log open/c. 100)" = 100 ]
check "block --path: what another user moved away is denied" denied open/c.100
rm -f open/log
check "block --path: root's files may be rotated" [ "$(rotate open/log 100)" = "done" ]
kill -HUP "$pid"
check "block --path: SIGHUP: what was moved away is known by the new program" within 120 shows '^Reloaded in' "$err"
check "block --path: SIGHUP: what a user moved away before is denied" denied open/a.1
rm open/log
check "block --path: SIGHUP: who has no share left is refused" [ "$(kept_by 1234 open/log open/d. 100)" = 0 ]
rm open/log open/a.[1-9] open/a.[1-9][0-9]
check "block --path: what is removed makes room" [ "$(kept_by 1234 open/log open/e. 200)" = 49 ] # 99 entries less; each one more counts for the user and for all
stop TERM
check "block --path: the closing line comes after the number of links and renames that were refused" shows \
	'^[0-9]+ links or renames were refused: no entry was left for their files\.$' "$err"
check "block --path: nothing is left attached at the end" nothing_attached
