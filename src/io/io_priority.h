// SPDX-License-Identifier: MIT
//
// aio_reqprio as the kernel's I/O priority.
#pragma once

#include <cstdint>

namespace aiox::io {

/// The I/O priority for a request of the calling thread that is lowered by `reqprio`, 0 to
/// AIO_PRIO_DELTA_MAX; 0: none, the request goes with what the thread has. It is a best-effort
/// level, never above what the thread has, and spreads the deltas over the levels below that.
std::int16_t lowered_io_priority(int reqprio) noexcept;

}  // namespace aiox::io
