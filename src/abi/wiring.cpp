// SPDX-License-Identifier: MIT
#include "abi/wiring.h"

#include "io/blocking.h"

namespace aiox::abi {

io::Backend& backend() noexcept {
  static constinit io::Blocking blocking;
  return blocking;
}

}  // namespace aiox::abi
