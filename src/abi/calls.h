// SPDX-License-Identifier: MIT
//
// The calls as the C boundary makes them: errno, validation of what is not in the aiocb, and
// nothing thrown. names.cpp gives them their exported names.
//
// On success errno is as it was before, whatever was tried on the way.
#pragma once

#include <aio.h>
#include <time.h>

#include "request/operation.h"

namespace aiox::abi {

/// aio_read() and aio_write(). 0, or -1 and EAGAIN, EBADF or EINVAL with nothing queued.
/// An aiocb that is still in progress is refused with EINVAL and left alone.
/// Source: POSIX.1-2017 aio_read, aio_write. Thread-safe; not async-signal-safe.
int submit(aiocb& control_block, Opcode opcode) noexcept;

/// aio_fsync(). O_SYNC is fsync(), O_DSYNC is fdatasync(); any other `operation` is EINVAL.
/// Of the aiocb only aio_fildes and aio_sigevent are looked at. Otherwise as submit().
/// Source: POSIX.1-2017 aio_fsync.
int submit_sync(int operation, aiocb& control_block) noexcept;

/// aio_error(): 0, an errno value or EINPROGRESS; -1 and EINVAL for an aiocb that claims to be in
/// progress and is not (a copy of one, or one that a child inherited over fork()). Stays what it is
/// after aio_return(). Source: POSIX.1-2017 aio_error. Thread- and async-signal-safe.
int error_status(const aiocb& control_block) noexcept;

/// aio_return(): the return status, once; with it errno is the error status where it is -1.
/// Otherwise -1 and EINVAL (retrieved before, or never submitted) or EINPROGRESS (then nothing is
/// retrieved). Source: POSIX.1-2017 aio_return. Thread- and async-signal-safe.
ssize_t return_status(aiocb& control_block) noexcept;

/// aio_cancel(): AIO_CANCELED, AIO_NOTCANCELED or AIO_ALLDONE; -1 and EBADF (`fildes` is not open)
/// or EINVAL (`control_block` is for another descriptor). A null `control_block` is all of the
/// descriptor's. Source: POSIX.1-2017 aio_cancel. Thread-safe; not async-signal-safe.
int cancel(int fildes, const aiocb* control_block) noexcept;

/// aio_suspend(): 0 once an entry is complete (at once where none is in progress, or none is
/// given); -1 and EAGAIN (time is up), EINTR (a handler ran, which was installed
/// without SA_RESTART or came while there is a timeout) or EINVAL (`nent` below 0, tv_nsec out of
/// range). A cancellation point: not noexcept. Source: POSIX.1-2017 aio_suspend. Thread- and
/// async-signal-safe.
int suspend(const aiocb* const list[], int nent, const timespec* timeout);

/// lio_listio(): 0, or -1 and EINVAL (nothing was started), EAGAIN, EIO or EINTR (LIO_WAIT;
/// a handler ran that was installed without SA_RESTART).
/// An entry that is refused has its error as status and is notified of like any other.
/// Source: POSIX.1-2017 lio_listio. Thread-safe; neither async-signal-safe nor a cancellation
/// point.
int list_io(int mode, aiocb* const list[], int nent, const sigevent* event) noexcept;

/// aio_init(): aio_threads limits the workers, aio_idle_time (seconds, 0: leave it) is how long
/// idle ones stay, aio_num is a number of requests to have memory ready for. At any time; AIOX_*
/// variables win. Source: GNU libc manual, 13.10.5.
void initialise(const aioinit& wishes) noexcept;

}  // namespace aiox::abi
