// SPDX-License-Identifier: MIT
//
// One try at a file, in the thread of the program.
#pragma once

#include "io/backend.h"

namespace aiox::io {

/// Backend::attempt_file(): preadv2() with RWF_NOWAIT, which reads what is in the page cache and
/// has the device begin with the rest; on tmpfs, which refuses that flag and has no device, the
/// plain calls. A write that RLIMIT_FSIZE could end by a signal gives kCannot.
Attempt attempt_file_now(const Operation& operation, Shortcut shortcut) noexcept;

}  // namespace aiox::io
