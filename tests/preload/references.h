/* SPDX-License-Identifier: MIT
 *
 * Includes <aio.h> such that the program's references to its functions are of one kind:
 *   (nothing)                   aio_read@GLIBC_2.34
 *   -D_FILE_OFFSET_BITS=64      aio_read64@GLIBC_2.34
 *   -DREFERENCES_EXPLICIT_64    the same, by the program's own use of struct aiocb64
 *   -DREFERENCES_OLD            aio_read@GLIBC_2.2.5, as programs have it that were linked with
 *                               -lrt; lio_listio@GLIBC_2.4
 *   -DREFERENCES_OLDEST         the same, and lio_listio@GLIBC_2.2.5. On glibc that one does not
 *                               wait for LIO_WAIT: there also -DCALLS_LIO_WAIT_RETURNS_EARLY
 */
#pragma once

#include <aio.h>

#ifdef REFERENCES_EXPLICIT_64
#define aiocb aiocb64
#define aio_cancel aio_cancel64
#define aio_error aio_error64
#define aio_fsync aio_fsync64
#define aio_read aio_read64
#define aio_return aio_return64
#define aio_suspend aio_suspend64
#define aio_write aio_write64
#define lio_listio lio_listio64
#endif

#if defined REFERENCES_OLD || defined REFERENCES_OLDEST
__asm__(".symver aio_cancel, aio_cancel@GLIBC_2.2.5");
__asm__(".symver aio_error, aio_error@GLIBC_2.2.5");
__asm__(".symver aio_fsync, aio_fsync@GLIBC_2.2.5");
__asm__(".symver aio_read, aio_read@GLIBC_2.2.5");
__asm__(".symver aio_return, aio_return@GLIBC_2.2.5");
__asm__(".symver aio_suspend, aio_suspend@GLIBC_2.2.5");
__asm__(".symver aio_write, aio_write@GLIBC_2.2.5");
#ifdef REFERENCES_OLDEST
__asm__(".symver lio_listio, lio_listio@GLIBC_2.2.5");
#else
__asm__(".symver lio_listio, lio_listio@GLIBC_2.4");
#endif
#endif
