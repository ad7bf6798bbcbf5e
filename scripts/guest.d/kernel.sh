# Builds a kernel 6.1 from Debian's linux-source package, in a root of its own, for guests that need another
# configuration than Debian's; sourced by the guests' files.
# shellcheck shell=bash

kernel_root=${image_cache:?}/kernel-root
kernel_packages=gcc,make,flex,bison,bc,libelf-dev,libssl-dev,dwarves,python3,rsync,kmod,cpio,xz-utils,linux-source-6.1

# What both guests have: enough to boot in the emulator, BPF with its hooks and types, and what the tests open
# files by. (Without ACPI it would be a sixth less, and some boots would have no clock that is finer than the ticks.)
kernel_options='64BIT SMP MULTIUSER PRINTK TTY VT=n SERIAL_8250 SERIAL_8250_CONSOLE UNIX98_PTYS BLOCK PCI ACPI
VIRTIO_MENU VIRTIO_PCI VIRTIO_BLK VIRTIO_CONSOLE BINFMT_ELF BINFMT_SCRIPT IA32_EMULATION COMPAT_32BIT_TIME
PROC_FS PROC_SYSCTL SYSFS DEVTMPFS SHMEM TMPFS TMPFS_XATTR EXT4_FS OVERLAY_FS EPOLL SIGNALFD TIMERFD EVENTFD FUTEX AIO
IO_URING ADVISE_SYSCALLS MEMBARRIER POSIX_TIMERS FILE_LOCKING FHANDLE INOTIFY_USER SYSVIPC HIGH_RES_TIMERS NO_HZ_IDLE
NET UNIX SECCOMP SECCOMP_FILTER NAMESPACES USER_NS PID_NS NET_NS CGROUPS MAGIC_SYSRQ MODULES KALLSYMS KALLSYMS_ALL
IKCONFIG IKCONFIG_PROC IKHEADERS CC_OPTIMIZE_FOR_PERFORMANCE PREEMPT_VOLUNTARY X86_64_ACPI_NUMA=n
BPF BPF_SYSCALL BPF_JIT BPF_JIT_ALWAYS_ON PERF_EVENTS UPROBES UPROBE_EVENTS BPF_EVENTS FTRACE FUNCTION_TRACER
DYNAMIC_FTRACE FTRACE_SYSCALLS STACKTRACE DEBUG_FS DEBUG_KERNEL DEBUG_INFO_DWARF4 DEBUG_INFO_BTF
SECURITY SECURITYFS SECURITY_PATH SECURITY_NETWORK BPF_LSM'

kernel_make_root() {
	[ ! -e "$kernel_root/made" ] || return 0
	rm -rf "$kernel_root"
	mkdir -p "$kernel_root"
	suite=bookworm packages=$kernel_packages image_mmdebstrap "$kernel_root" "$kernel_packages"
	tar -C "$kernel_root/usr/src" -xJf "$kernel_root/usr/src/linux-source-6.1.tar.xz"
	rm "$kernel_root/usr/src/linux-source-6.1.tar.xz"
	: >"$kernel_root/made"
}

# kernel_build VMLINUZ OPTION...: NAME, or NAME=n, beside those above. What was built once is kept.
kernel_build() {
	local vmlinuz=$1 kept
	shift
	kept=$image_cache/vmlinuz-$({
		echo "$kernel_packages" "$kernel_options" "$@"
		declare -f kernel_make
	} | sha256sum | cut -c1-16)
	if [ ! -e "$kept" ]; then
		exec 7>"$kernel_root.lock"
		flock 7 # one tree serves all
		kernel_make_root
		kernel_make "$kept.new" "$@"
		mv "$kept.new" "$kept"
	fi
	cp "$kept" "$vmlinuz"
}

kernel_make() {
	local vmlinuz=$1 tree=/usr/src/linux-source-6.1 option
	shift
	# shellcheck disable=SC2086
	{
		for option in $kernel_options "$@"; do
			case $option in
			*=*) echo "CONFIG_$option" ;;
			*) echo "CONFIG_$option=y" ;;
			esac
		done
		echo 'CONFIG_LSM="bpf"'
	} >"$kernel_root$tree/kernel/configs/guest.config"
	chroot "$kernel_root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C KBUILD_BUILD_HOST=guest \
		KBUILD_BUILD_USER=bccwatch bash -ec "cd $tree
			make -s tinyconfig guest.config
			for option in ${kernel_options//$'\n'/ } $*; do # what a dependency took away, or brought, must not go unseen
				case \$option in
				*=n) ! grep -q \"^CONFIG_\${option%=n}=y\" .config ;;
				*) grep -qx \"CONFIG_\$option=y\" .config ;;
				esac || { echo \"\$option: not as it was asked for\"; exit 1; }
			done
			make -s -j$(nproc) bzImage"
	cp "$kernel_root$tree/arch/x86/boot/bzImage" "$vmlinuz"
}
