#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The C texts of BCC's tools, as the installed package has them: is what they become by the types of the kernel's BTF the
# same as by the installed headers? types.sh [TOOL...]
# shellcheck source=../guest/lib.sh
. "$(dirname "$0")/../guest/lib.sh"

bench=$(cd "$(dirname "$0")" && pwd)
cd "$tmp" || exit
tools=(opensnoop execsnoop exitsnoop filelife statsnoop syncsnoop killsnoop vfsstat vfscount biolatency runqlat bitesize cachestat)
[ $# = 0 ] || tools=("$@")
for tool in "${tools[@]}"; do
	if ! python3 "$bench/bcctools.py" "$tool.c" "/usr/sbin/$tool-bpfcc" >"$tool.options" 2>why; then
		fail "$tool: its text" "$(tail -n 3 why)"
		continue
	fi
	mapfile -t flags < <(sed -n 's/^--cflag=//p' "$tool.options")
	compile installed "${flags[@]}" <"$tool.c"
	compile btf "${flags[@]}" <"$tool.c" >said
	if [ -s btf ]; then
		check "$tool: the same image by both ($(stat -c %s btf) bytes)" cmp btf installed
	else
		skip "$tool: by BTF" "$(grep -m 1 error: said)"
	fi
done
