// SPDX-License-Identifier: MIT
//
// The one place that chooses the concrete parts. A test links another wiring.cpp.
#pragma once

#include "io/backend.h"

namespace aiox::abi {

/// What moves the bytes of this process.
io::Backend& backend() noexcept;

}  // namespace aiox::abi
