// SPDX-License-Identifier: MIT
//
// A round over all calls and all kinds of descriptors, that takes what comes: what fails is told as
// it has to be, and everything else is as if nothing had failed.
#pragma once

namespace aiox::test {

/// Wrong things are told by wrong().
void play_scenario();

}  // namespace aiox::test
