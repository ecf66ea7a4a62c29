// SPDX-License-Identifier: MIT
//
// A round over all calls and all kinds of descriptors, that takes what comes: what fails is told as
// it has to be, and everything else is as if nothing had failed.
#pragma once

namespace aiox::test {

/// Whether there are files with O_DIRECT here. Where there are none, the scenario has none.
bool has_direct_files();

/// Wrong things are told by wrong().
void play_scenario();

}  // namespace aiox::test
