// SPDX-License-Identifier: MIT
//
// The end of a test's child.
#pragma once

namespace aiox::test {

/// Ends a child of fork() there and then. Where the lines that run are counted, its are counted
/// too.
[[noreturn]] void end_child(int status);

}  // namespace aiox::test
