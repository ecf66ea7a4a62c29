// SPDX-License-Identifier: MIT
//
// What the command line asks for.
#pragma once

#include <cstddef>
#include <string>

namespace bench {

enum class Notify { kNone, kSignal, kThread };

struct Options {
  std::string engine;
  std::string workload;
  std::string file;
  bool write = false;
  bool direct = false;
  bool cold = false;        // read what is in no cache of this kernel
  bool holes = false;       // write where the file has no blocks
  bool sequential = false;  // or in an order that looks random
  bool sockets = false;     // or pipes
  Notify notify = Notify::kNone;
  std::size_t block = 4096;
  std::size_t span = 0;  // how many bytes of the file are used; 0: all
  int depth = 1;
  int threads = 1;
  int streams = 1;
  double warm = 0.05;
  double seconds = 0.2;
};

/// Prints how it is used, and exits, where the command line makes no sense.
Options parse(int argc, char** argv);

}  // namespace bench
