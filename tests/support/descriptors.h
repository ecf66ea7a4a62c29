// SPDX-License-Identifier: MIT
//
// Descriptors of every kind, closed when they go out of scope. What cannot be made throws.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace aiox::test {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  ~Descriptor() { close(); }

  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  // NOLINTNEXTLINE(google-explicit-constructor): what it stands for
  operator int() const noexcept { return number_; }

  void close() noexcept;

 private:
  int number_;
};

/// What is written to the one comes out of the other.
struct Ends {
  Descriptor reader;
  Descriptor writer;
};

Ends make_pipe();
Ends make_fifo();
Ends make_unix_sockets();
Ends make_tcp_sockets();
Ends make_udp_sockets();
Ends make_datagram_sockets();   // Unix
Ends make_seqpacket_sockets();  // Unix
Ends make_pty();                // raw: bytes pass as they are
Ends make_eventfd();            // both ends are the same counter

Descriptor open_path(const std::string& path, int flags);

/// A number that is no open descriptor.
int closed_descriptor();

/// The number of the library's own, or -1.
int library_descriptor();

/// By system calls that nobody interposes: the number is closed, or stands for another file. (Also,
/// ThreadSanitizer takes close() for a race with others' calls on that number, which it is.)
void close_unseen(int fildes);
void replace_unseen(int by, int fildes);

/// All that comes out of a stream until its other end is closed.
std::string read_to_end(int fildes);

/// Reads exactly that many bytes, in the plain way.
std::string read_exactly(int fildes, std::size_t nbytes);

/// Writes everything, in the plain way.
void write_all(int fildes, std::string_view bytes);

/// Fills a non-reading stream until the next write would block. (Not TCP: there is room again once
/// what is under way has arrived.)
void fill(int writer);

/// A file without a name, on a disk: in $TMPDIR or else in the current folder.
class TempFile : public Descriptor {
 public:
  explicit TempFile(std::string_view content = {}, int flags = 0);

  /// The same file, opened once more.
  Descriptor reopen(int flags) const;

  std::string content() const;
};

}  // namespace aiox::test
