// SPDX-License-Identifier: MIT
#include "options.h"

#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace bench {
namespace {

constexpr char kUsage[] = R"(Usage: bench_driver ENGINE WORKLOAD [OPTION]...

Runs one workload for a time and prints ops_per_s, cpu_ns (processor time for each), p50_ns, p99_ns
and requests (all that were submitted, warming up included).

ENGINE     posixaio, libaio, io_uring, or sync (read, write, one after the other: depth 1)
WORKLOAD   make       writes the file, each block of 4 KiB with its number (--span MiB)
           file       blocks of the file, some in flight
           list       the same, a list at a time
           fsync      eight writes and an fdatasync, again and again
           ping-pong  one byte there and back, over two streams; the other side is a thread
           pending    reads that wait on streams, one of which gets its byte

  --file FILE
  --block KIB --depth NUMBER --threads NUMBER --span MIB
  --write --direct --cold --holes --sequential
  --streams NUMBER --sockets
  --notify signal|thread
  --warm SECONDS --seconds SECONDS
)";

[[noreturn]] void usage() {
  std::fputs(kUsage, stderr);
  std::exit(2);
}

int number(const char* text) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end != '\0' || value < 1 || value > 1'000'000) {
    usage();
  }
  return static_cast<int>(value);
}

double seconds(const char* text) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (*end != '\0' || value < 0 || value > 3600) {
    usage();
  }
  return value;
}

Notify notify(std::string_view text) {
  if (text != "signal" && text != "thread") {
    usage();
  }
  return text == "signal" ? Notify::kSignal : Notify::kThread;
}

}  // namespace

Options parse(int argc, char** argv) {
  static const option kOptions[] = {
      {"file", required_argument, nullptr, 'f'},    {"block", required_argument, nullptr, 'b'},
      {"depth", required_argument, nullptr, 'd'},   {"threads", required_argument, nullptr, 't'},
      {"span", required_argument, nullptr, 's'},    {"write", no_argument, nullptr, 'w'},
      {"direct", no_argument, nullptr, 'D'},        {"cold", no_argument, nullptr, 'c'},
      {"holes", no_argument, nullptr, 'h'},         {"sequential", no_argument, nullptr, 'q'},
      {"streams", required_argument, nullptr, 'p'}, {"sockets", no_argument, nullptr, 'S'},
      {"notify", required_argument, nullptr, 'n'},  {"warm", required_argument, nullptr, 'W'},
      {"seconds", required_argument, nullptr, 'T'}, {nullptr, 0, nullptr, 0}};
  Options options;
  for (int which; (which = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    switch (which) {
      case 'f': options.file = optarg; break;
      case 'b': options.block = static_cast<std::size_t>(number(optarg)) << 10; break;
      case 'd': options.depth = number(optarg); break;
      case 't': options.threads = number(optarg); break;
      case 's': options.span = static_cast<std::size_t>(number(optarg)) << 20; break;
      case 'w': options.write = true; break;
      case 'D': options.direct = true; break;
      case 'c': options.cold = true; break;
      case 'h': options.holes = true; break;
      case 'q': options.sequential = true; break;
      case 'p': options.streams = number(optarg); break;
      case 'S': options.sockets = true; break;
      case 'n': options.notify = notify(optarg); break;
      case 'W': options.warm = seconds(optarg); break;
      case 'T': options.seconds = seconds(optarg); break;
      default: usage();
    }
  }
  if (argc - optind != 2) {
    usage();
  }
  options.engine = argv[optind];
  options.workload = argv[optind + 1];
  if (options.engine == "sync" && options.workload == "file") {
    options.depth = 1;
  }
  return options;
}

}  // namespace bench
