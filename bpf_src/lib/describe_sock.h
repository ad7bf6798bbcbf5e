/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The addresses of a socket, as text: 10.0.0.1:80, [2001:0db8:...:0001]:443. For the programs of `probe --stub`. */
#pragma once

#include <net/sock.h>

#include "describe.h"

#define ADDRESS_SHOWN 48
#define IPV4	      2	 /* AF_INET */
#define IPV6	      10 /* AF_INET6 */

static inline void put_ipv4(struct text *t, const void *address)
{
	u8 bytes[4] = {};

	bpf_probe_read_kernel(bytes, sizeof(bytes), address);
#pragma unroll
	for (int i = 3; i >= 0; i--) {
		put_number(t, bytes[i]);
		if (i)
			put_char(t, '.');
	}
}

static inline void put_hex(struct text *t, u8 digit)
{
	put_char(t, digit < 10 ? '0' + digit : 'a' + digit - 10);
}

static inline void put_ipv6(struct text *t, const void *address)
{
	u8 bytes[16] = {};

	bpf_probe_read_kernel(bytes, sizeof(bytes), address);
	put_char(t, ']');
#pragma unroll
	for (int i = 15; i >= 0; i--) {
		put_hex(t, bytes[i] & 15);
		put_hex(t, bytes[i] >> 4);
		if (i && i % 2 == 0)
			put_char(t, ':');
	}
	put_char(t, '[');
}

/* remote: that of the other side. Nothing, where it has no address of these kinds. */
static __noinline int read_address(char to[ADDRESS_SHOWN], struct sock *sk, int remote)
{
	int zero = 0;
	struct text *text = _described.lookup(&zero);
	u16 family = 0, port = 0;

	if (!text || !to)
		return 0;
	PEEK(family, sk->__sk_common.skc_family);
	if (family != IPV4 && family != IPV6)
		return 0;
	if (remote)
		PEEK(port, sk->__sk_common.skc_dport);
	else
		PEEK(port, sk->__sk_common.skc_num);
	text_start(text);
	put_number(text, remote ? bpf_ntohs(port) : port);
	put_char(text, ':');
	if (family == IPV4)
		put_ipv4(text, remote ? &sk->__sk_common.skc_daddr : &sk->__sk_common.skc_rcv_saddr);
#if defined(CONFIG_IPV6) || defined(CONFIG_IPV6_MODULE)
	else
		put_ipv6(text, remote ? &sk->__sk_common.skc_v6_daddr : &sk->__sk_common.skc_v6_rcv_saddr);
#endif
	bpf_probe_read_kernel_str(to, ADDRESS_SHOWN, text_begin(text));
	return 0;
}
