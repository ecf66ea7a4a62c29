/* SPDX-License-Identifier: MIT
 *
 * struct aiocb has the members aio_fildes, aio_offset, aio_buf, aio_nbytes, aio_reqprio,
 * aio_sigevent and aio_lio_opcode, each of its type.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION
 */
#include "conformance.h"

#define HAS_TYPE(member, type)                                                   \
  _Static_assert(_Generic(&((struct aiocb*)0)->member, type * : 1, default : 0), \
                 #member " is no " #type)

typedef volatile void* buffer;

HAS_TYPE(aio_fildes, int);
HAS_TYPE(aio_offset, off_t);
HAS_TYPE(aio_buf, buffer);
HAS_TYPE(aio_nbytes, size_t);
HAS_TYPE(aio_reqprio, int);
HAS_TYPE(aio_sigevent, struct sigevent);
HAS_TYPE(aio_lio_opcode, int);

int main(void) { return 0; }
