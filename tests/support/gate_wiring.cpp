// SPDX-License-Identifier: MIT
//
// Puts the gate behind the process's AIO calls, in place of the product's wiring.
#include "abi/wiring.h"
#include "support/gate.h"

namespace aiox::abi {

io::Backend& backend() noexcept { return test::process_gate(); }

}  // namespace aiox::abi
