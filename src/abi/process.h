// SPDX-License-Identifier: MIT
//
// The library's state in this process: nothing before the first request, and then for ever.
#pragma once

#include <atomic>

#include "engine/engine.h"

namespace aiox::abi {

/// Where the state hangs; nullptr before the first request. Not to be used but by the functions
/// below. release and acquire: who finds it sees it constructed.
struct Anchor;
extern constinit std::atomic<Anchor*> anchor;

/// False: this process has made no request, nor has one that it was forked from. For close(), which
/// is to cost as good as nothing then: one load, in place. Async-signal-safe.
inline bool may_have_engine() noexcept { return anchor.load(std::memory_order_acquire) != nullptr; }

/// The process's engine; nullptr before the first request. Async-signal-safe: two loads.
Engine* engine_if_any() noexcept;

/// The same, and nullptr for a child of vfork(), which only borrows our memory. A system call.
Engine* engine_of_this_process() noexcept;

/// The process's engine, made at the first call; nullptr where there is no memory for it. For calls
/// that make requests: what exit() finds is drained.
Engine* engine() noexcept;

}  // namespace aiox::abi
