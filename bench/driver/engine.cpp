// SPDX-License-Identifier: MIT
#include "engine.h"

#include "die.h"

namespace bench {

std::unique_ptr<Engine> make_engine(const Options& options, int depth) {
  if (options.engine == "posixaio") {
    return options.notify == Notify::kNone ? make_posixaio(depth)
                                           : make_posixaio_with(options.notify, depth);
  }
  if (options.notify != Notify::kNone) {
    die("--notify is for posixaio");
  }
  if (options.engine == "libaio") {
    return make_libaio(depth);
  }
  if (options.engine == "io_uring") {
    return make_io_uring(depth);
  }
  if (options.engine == "sync") {
    return make_sync();
  }
  die("no such engine");
}

}  // namespace bench
