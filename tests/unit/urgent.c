/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/urgent.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

int urgent_descriptor(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), sender = socket(AF_INET, SOCK_STREAM, 0), receiver;

	if (bind(listener, (struct sockaddr *)&address, len) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) < 0 ||
	    connect(sender, (struct sockaddr *)&address, len) < 0)
		skip(); /* there is no network, not even this */
	receiver = accept(listener, NULL, NULL);
	assert_int_equal(send(sender, "x", 1, MSG_OOB), 1);
	close(listener);
	close(sender);
	return receiver;
}
