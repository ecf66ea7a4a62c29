// SPDX-License-Identifier: MIT
#include "support/descriptors.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace aiox::test {
namespace {

template <typename Number>
Number checked(Number result, const char* call) {
  if (result == -1) {
    throw std::system_error(errno, std::generic_category(), call);
  }
  return result;
}

std::string folder() {
  const char* const chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : ".";
}

// O_TMPFILE is not everywhere, and a file that is opened once more needs no name either.
Descriptor open_nameless(int flags) {
  std::string path = folder() + "/aiox-test-XXXXXX";
  Descriptor file(checked(::mkostemp(path.data(), flags), "mkostemp"));
  ::unlink(path.c_str());
  return file;
}

Ends make_unix_pair(int type) {
  int ends[2];
  checked(::socketpair(AF_UNIX, type, 0, ends), "socketpair");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string path_of(int fildes) { return "/proc/self/fd/" + std::to_string(fildes); }

}  // namespace

void Descriptor::close() noexcept {
  if (number_ != -1) {
    ::close(std::exchange(number_, -1));
  }
}

Ends make_pipe() {
  int ends[2];
  checked(::pipe(ends), "pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Ends make_fifo() {
  std::string place = folder() + "/aiox-test-XXXXXX";
  if (::mkdtemp(place.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  }
  const std::string path = place + "/fifo";
  checked(::mkfifo(path.c_str(), 0600), "mkfifo");
  const Descriptor both =
      open_path(path, O_RDWR);  // so that the others need not wait for each other
  Ends ends{open_path(path, O_RDONLY), open_path(path, O_WRONLY)};
  std::filesystem::remove_all(place);
  return ends;
}

Ends make_unix_sockets() { return make_unix_pair(SOCK_STREAM); }

Ends make_tcp_sockets() {
  const Descriptor listener(checked(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  checked(::bind(listener, generic, length), "bind");
  checked(::listen(listener, 1), "listen");
  checked(::getsockname(listener, generic, &length), "getsockname");
  Descriptor writer(checked(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
  checked(::connect(writer, generic, length), "connect");
  return {Descriptor(checked(::accept(listener, nullptr, nullptr), "accept")), std::move(writer)};
}

Ends make_udp_sockets() {
  const auto make_bound = [](sockaddr_in& address) {
    Descriptor made(checked(::socket(AF_INET, SOCK_DGRAM, 0), "socket"));
    address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    checked(::bind(made, reinterpret_cast<sockaddr*>(&address), size), "bind");
    checked(::getsockname(made, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return made;
  };
  sockaddr_in to_reader;
  sockaddr_in to_writer;
  Ends ends = {make_bound(to_reader), make_bound(to_writer)};
  checked(::connect(ends.reader, reinterpret_cast<sockaddr*>(&to_writer), sizeof to_writer),
          "connect");
  checked(::connect(ends.writer, reinterpret_cast<sockaddr*>(&to_reader), sizeof to_reader),
          "connect");
  return ends;
}

Ends make_datagram_sockets() { return make_unix_pair(SOCK_DGRAM); }

Ends make_seqpacket_sockets() { return make_unix_pair(SOCK_SEQPACKET); }

Ends make_pty() {
  int controller = -1;
  int terminal = -1;
  termios raw{};
  ::cfmakeraw(&raw);
  checked(::openpty(&controller, &terminal, nullptr, &raw, nullptr), "openpty");
  return {Descriptor(terminal), Descriptor(controller)};
}

Ends make_eventfd() {
  Descriptor counter(checked(::eventfd(0, 0), "eventfd"));
  Descriptor twin(checked(::dup(counter), "dup"));
  return {std::move(counter), std::move(twin)};
}

Descriptor open_path(const std::string& path, int flags) {
  return Descriptor(checked(::open(path.c_str(), flags), path.c_str()));
}

int closed_descriptor() {
  Ends ends = make_pipe();
  return ends.writer;
}

int library_descriptor() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code none;
    if (std::filesystem::read_symlink(entry, none) == "anon_inode:[eventpoll]") {
      return std::stoi(entry.path().filename());
    }
  }
  return -1;
}

void close_unseen(int fildes) { checked(::syscall(SYS_close, fildes), "close"); }

void replace_unseen(int by, int fildes) { checked(::syscall(SYS_dup3, by, fildes, 0), "dup3"); }

std::string read_to_end(int fildes) {
  std::string all;
  char bytes[4096];
  for (ssize_t count = 1; count > 0;) {
    count = checked(::read(fildes, bytes, sizeof bytes), "read");
    all.append(bytes, static_cast<std::size_t>(count));
  }
  return all;
}

std::string read_exactly(int fildes, std::size_t nbytes) {
  std::string all(nbytes, '\0');
  for (std::size_t done = 0; done < nbytes;) {
    const ssize_t count = checked(::read(fildes, all.data() + done, nbytes - done), "read");
    if (count == 0) {
      all.resize(done);
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return all;
}

void write_all(int fildes, std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(
        static_cast<std::size_t>(checked(::write(fildes, bytes.data(), bytes.size()), "write")));
  }
}

void fill(int writer) {
  const int flags = checked(::fcntl(writer, F_GETFL), "fcntl");
  checked(::fcntl(writer, F_SETFL, flags | O_NONBLOCK), "fcntl");
  const std::string bytes(4096, '-');
  for (std::size_t size = bytes.size(); size > 0;) {
    if (::write(writer, bytes.data(), size) == -1) {
      size /= 2;
    }
  }
  checked(::fcntl(writer, F_SETFL, flags), "fcntl");
}

TempFile::TempFile(std::string_view content, int flags) : Descriptor(open_nameless(0)) {
  write_all(*this, content);
  if (flags != 0) {
    Descriptor::operator=(reopen(O_RDWR | flags));
  }
}

Descriptor TempFile::reopen(int flags) const { return open_path(path_of(*this), flags); }

std::string TempFile::content() const { return read_to_end(open_path(path_of(*this), O_RDONLY)); }

}  // namespace aiox::test
