// SPDX-License-Identifier: MIT
//
// The library's state in this process: nothing before the first request, and then for ever.
#pragma once

#include "engine/engine.h"

namespace aiox::abi {

/// The process's engine; nullptr before the first request. Async-signal-safe: one load.
Engine* engine_if_any() noexcept;

/// The same, and nullptr for a child of vfork(), which only borrows our memory. A system call.
Engine* engine_of_this_process() noexcept;

/// The process's engine, made at the first call; nullptr where there is no memory for it. For calls
/// that make requests: what exit() finds is drained.
Engine* engine() noexcept;

}  // namespace aiox::abi
