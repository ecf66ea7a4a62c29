/* SPDX-License-Identifier: MIT
 *
 * <aio.h>, with the calls redirected to aiox by name.
 *
 * For libraries and plugins: the POSIX names reach aiox only where it stands before libc in the
 * global scope (LD_PRELOAD, or an executable that links -laiox). A library that links -laiox, or a
 * plugin opened by dlopen(), would still get libc's. Including this header instead of <aio.h> (or
 * compiling with -include aiox/aio.h) makes its calls go to libaiox.so wherever it stands.
 */
#ifndef AIOX_AIO_H
#define AIOX_AIO_H

#include <features.h>

#if defined _AIO_H && defined __USE_FILE_OFFSET64
#error \
    "include <aiox/aio.h> before <aio.h>: with _FILE_OFFSET_BITS=64 the latter redirects the calls itself"
#endif

/* libc's own declarations get names that nobody calls, so that ours are the first of theirs. */
#define aio_cancel aiox_unused_aio_cancel
#define aio_error aiox_unused_aio_error
#define aio_fsync aiox_unused_aio_fsync
#define aio_init aiox_unused_aio_init
#define aio_read aiox_unused_aio_read
#define aio_return aiox_unused_aio_return
#define aio_suspend aiox_unused_aio_suspend
#define aio_write aiox_unused_aio_write
#define lio_listio aiox_unused_lio_listio
#define aio_cancel64 aiox_unused_aio_cancel64
#define aio_error64 aiox_unused_aio_error64
#define aio_fsync64 aiox_unused_aio_fsync64
#define aio_read64 aiox_unused_aio_read64
#define aio_return64 aiox_unused_aio_return64
#define aio_suspend64 aiox_unused_aio_suspend64
#define aio_write64 aiox_unused_aio_write64
#define lio_listio64 aiox_unused_lio_listio64
#include <aio.h>
#undef aio_cancel
#undef aio_error
#undef aio_fsync
#undef aio_init
#undef aio_read
#undef aio_return
#undef aio_suspend
#undef aio_write
#undef lio_listio
#undef aio_cancel64
#undef aio_error64
#undef aio_fsync64
#undef aio_read64
#undef aio_return64
#undef aio_suspend64
#undef aio_write64
#undef lio_listio64

/* The assembler name goes behind C++'s noexcept, but before C's attributes. */
#ifdef __cplusplus
#define AIOX_REDIRECT(type, name, suffix, parameters) \
  extern type name##suffix parameters __THROW __asm__("aiox_" #name)
#else
#define AIOX_REDIRECT(type, name, suffix, parameters) \
  extern type name##suffix parameters __asm__("aiox_" #name) __THROW
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The eight calls over `block`, with `suffix` behind the name: aiocb and aiocb64 are one layout.
 * aio_suspend() is a cancellation point, so it may unwind. */
#define AIOX_REDIRECT_CALLS(suffix, block)                                               \
  AIOX_REDIRECT(int, aio_read, suffix, (struct block * aiocbp));                         \
  AIOX_REDIRECT(int, aio_write, suffix, (struct block * aiocbp));                        \
  AIOX_REDIRECT(int, aio_fsync, suffix, (int operation, struct block* aiocbp));          \
  AIOX_REDIRECT(int, aio_error, suffix, (const struct block* aiocbp));                   \
  AIOX_REDIRECT(ssize_t, aio_return, suffix, (struct block * aiocbp));                   \
  AIOX_REDIRECT(int, aio_cancel, suffix, (int fildes, struct block* aiocbp));            \
  AIOX_REDIRECT(int, lio_listio, suffix,                                                 \
                (int mode, struct block* const list[], int nent, struct sigevent* sig)); \
  extern int aio_suspend##suffix(const struct block* const list[], int nent,             \
                                 const struct timespec* timeout) __asm__("aiox_aio_suspend")

AIOX_REDIRECT_CALLS(, aiocb);
#ifdef __USE_LARGEFILE64
AIOX_REDIRECT_CALLS(64, aiocb64);
#endif
#ifdef __USE_GNU
AIOX_REDIRECT(void, aio_init, , (const struct aioinit* init));
#endif

#ifdef __cplusplus
}
#endif

#undef AIOX_REDIRECT_CALLS
#undef AIOX_REDIRECT

#endif
