// SPDX-License-Identifier: MIT
#include "scenario.h"

#include <aio.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "injector.h"
#include "ledger.h"
#include "support/descriptors.h"

namespace aiox::test {
namespace {

constexpr std::size_t kSize = 8;       // of an eventfd's counter, and everywhere else, too
constexpr std::size_t kBlock = 4'096;  // what O_DIRECT moves
constexpr std::string_view kOne{"\1\0\0\0\0\0\0\0", kSize};
constexpr std::array kTells{Tell::kSignal, Tell::kCallback, Tell::kThreadSignal, Tell::kNot,
                            Tell::kCallbackWithAttributes};

void set_nonblocking(int fildes, bool on) {
  const int flags = ::fcntl(fildes, F_GETFL);
  ::fcntl(fildes, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

// What a plain write would wait for is left out.
void offer(int fildes, std::string_view bytes) {
  set_nonblocking(fildes, true);
  static_cast<void>(::write(fildes, bytes.data(), bytes.size()) == 0);
  set_nonblocking(fildes, false);
}

void drain(int fildes) {
  char bytes[4096];
  set_nonblocking(fildes, true);
  while (::read(fildes, bytes, sizeof bytes) > 0) {
  }
  set_nonblocking(fildes, false);
}

void expect_block(int fildes, const Order& written) {
  const std::size_t nbytes = written.aio_nbytes;
  std::string bytes(nbytes, '\0');
  if (written.succeeded() &&
      (::pread(fildes, bytes.data(), nbytes, written.aio_offset) != static_cast<ssize_t>(nbytes) ||
       bytes != written.bytes(nbytes))) {
    wrong("what was written is in the file");
  }
}

void expect_bytes(const Order& read, std::string_view bytes) {
  if (read.succeeded() && read.bytes(bytes.size()) != bytes) {
    wrong("what is read is what the file has");
  }
}

void play_file() {
  doing("writing, synchronising and reading a file");
  const TempFile file(std::string(5 * kSize, '-'));
  Ledger ledger;
  std::array<Order*, 5> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string bytes(kSize, static_cast<char>('a' + i));
    written[i] = &ledger.write(file, bytes, static_cast<off_t>(i * kSize), kTells[i]);
  }
  ledger.sync(file, O_SYNC, Tell::kSignal);
  ledger.sync(file, O_DSYNC, Tell::kCallback);
  ledger.finish_all();
  for (const Order* const one : written) {
    expect_block(file, *one);
    const Order& back = ledger.read(file, kSize, one->aio_offset, Tell::kCallback);
    ledger.finish_all();
    if (one->succeeded() && back.succeeded() && back.bytes(kSize) != one->bytes(kSize)) {
      wrong("what is read is what was written");
    }
  }
  ledger.settle();
}

// Files whose bytes are in memory, so that the caller can have them at once.
void play_memory(const char* what, int fildes) {
  doing(what);
  Ledger ledger;
  const std::string bytes(4 * kBlock, 'm');
  write_all(fildes, bytes);
  for (const Tell how : kTells) {
    Order& read = ledger.read(fildes, kBlock, 0, how);
    Order& much = ledger.read(fildes, bytes.size(), 0, how);
    ledger.finish_all();
    expect_bytes(read, bytes.substr(0, kBlock));
    expect_bytes(much, bytes);
  }
  ledger.list(LIO_WAIT, {&ledger.unsent_read(fildes, kSize, 0, Tell::kCallback),
                         &ledger.unsent_read(fildes, kBlock, kSize, Tell::kSignal)});
  ledger.finish_all();
  off_t offset = 0;
  for (const Tell how : kTells) {
    Order& written = ledger.write(fildes, kOne, offset += kSize, how);
    Order& beside = ledger.write(fildes, kOne, offset += kSize, how);
    ledger.finish_all();
    expect_block(fildes, written);
    expect_block(fildes, beside);
  }
  ledger.sync(fildes, O_SYNC, Tell::kSignal);
  ledger.settle();
}

// What goes past the page cache, each request and one that is less urgent beside it.
void play_direct(int direct, int plain) {
  doing("a file with O_DIRECT");
  Ledger ledger;
  std::array<Order*, 5> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string bytes(kBlock, static_cast<char>('k' + i));
    written[i] = &ledger.write(direct, bytes, static_cast<off_t>(2 * i * kBlock), kTells[i]);
    Order& later = ledger.unsent_write(direct, bytes, static_cast<off_t>((2 * i + 1) * kBlock));
    later.aio_reqprio = 10;
    ledger.list(LIO_NOWAIT, {&later}, kTells[i]);
  }
  ledger.sync(direct, O_SYNC, Tell::kSignal);
  ledger.finish_all();
  for (std::size_t i = 0; i < written.size(); ++i) {
    expect_block(plain, *written[i]);
    const Order& back = ledger.read(direct, kBlock, written[i]->aio_offset, kTells[i]);
    ledger.finish_all();
    if (written[i]->succeeded()) {
      expect_bytes(back, written[i]->bytes(kBlock));
    }
  }
  ledger.settle();
}

// A thread that leaves its request behind; the next one may take over what it had.
void play_direct_of_threads(int direct, int plain) {
  doing("requests of threads that are gone, with O_DIRECT");
  Ledger ledger;
  for (const Tell how : {Tell::kSignal, Tell::kCallback, Tell::kNot}) {
    Order* written = nullptr;
    std::thread([&] { written = &ledger.write(direct, std::string(kBlock, 't'), 0, how); }).join();
    ledger.finish(*written);
    expect_block(plain, *written);
  }
  ledger.settle();
}

void play_direct_close(TempFile direct, int plain) {
  doing("closing a file with O_DIRECT");
  Ledger ledger;
  std::array<Order*, 5> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string bytes(kBlock, static_cast<char>('c' + i));
    written[i] = &ledger.write(direct, bytes, static_cast<off_t>(i * kBlock), kTells[i]);
  }
  direct.close();
  for (Order* const one : written) {
    if (!one->done && ::aio_error(one) == EINPROGRESS) {
      wrong("accepted writes are carried out before the file is closed");
    }
    ledger.finish(*one);
    expect_block(plain, *one);
  }
  ledger.settle();
}

void play_direct_file() {
  if (!has_direct_files()) {
    return;
  }
  TempFile file(std::string(10 * kBlock, '-'), O_DIRECT);
  const Descriptor plain = file.reopen(O_RDWR);
  play_direct(file, plain);
  play_direct_of_threads(file, plain);
  play_direct_close(std::move(file), plain);
}

void play_append() {
  doing("appending to a file");
  const TempFile file({}, O_APPEND);
  Ledger ledger;
  std::string expected;
  std::array<Order*, 4> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    written[i] = &ledger.write(file, std::string(kSize, static_cast<char>('A' + i)), 0, kTells[i]);
  }
  ledger.finish_all();
  for (const Order* const one : written) {
    expected += one->succeeded() ? one->bytes(kSize) : std::string_view();
  }
  if (file.content() != expected) {
    wrong("what is appended is there in the order of the calls, and nothing else");
  }
  ledger.settle();
}

void play_lists() {
  doing("lists");
  const TempFile file(std::string(4 * kSize, '-'));
  Ledger ledger;
  const auto at = [](std::size_t place) { return static_cast<off_t>(place * kSize); };
  Order& first = ledger.unsent_write(file, kOne, at(0), Tell::kSignal);
  Order& second = ledger.unsent_write(file, kOne, at(1), Tell::kCallback);
  ledger.list(LIO_WAIT, {&first, &second});
  ledger.finish_all();
  expect_block(file, first);
  expect_block(file, second);
  for (const Tell how : {Tell::kSignal, Tell::kCallback}) {
    ledger.list(LIO_NOWAIT,
                {&ledger.unsent_read(file, kSize, at(0), Tell::kCallback),
                 &ledger.unsent_read(file, kSize, at(2)),
                 &ledger.unsent_write(file, kOne, at(3), Tell::kSignal)},
                how);
  }
  ledger.list(LIO_NOWAIT, {}, Tell::kSignal);
  ledger.settle();
}

void play_file_close() {
  doing("closing a file with writes outstanding");
  TempFile file;
  const Descriptor again = file.reopen(O_RDWR);
  Ledger ledger;
  std::array<Order*, 4> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    written[i] = &ledger.write(file, kOne, static_cast<off_t>(i * kSize), kTells[i]);
  }
  ledger.sync(file, O_SYNC, Tell::kSignal);
  file.close();
  for (Order* const one : written) {
    if (!one->done && ::aio_error(one) == EINPROGRESS) {
      wrong("accepted writes are carried out before the file is closed");
    }
    ledger.finish(*one);
    expect_block(again, *one);
  }
  ledger.settle();
}

// With faults a worker may be in the read, and then it cannot be cancelled: that ends it.
void release(Ledger& ledger, Order& order, int writer) {
  if (!order.done && ::aio_error(&order) == EINPROGRESS) {
    if (plan().injected == 0) {
      wrong("what is parked can be cancelled");
    }
    offer(writer, kOne);
  }
  ledger.finish(order);
}

void play_stream(const char* what, Ends ends) {
  doing(what);
  Ledger ledger;
  Order& first = ledger.read(ends.reader, kSize, 0, Tell::kSignal);
  Order& second = ledger.read(ends.reader, kSize, 0, Tell::kCallback);
  for (const Tell how : {Tell::kCallback, Tell::kSignal}) {
    Order& written = ledger.write(ends.writer, kOne, 0, how);
    ledger.finish(written);
    if (!written.succeeded()) {
      offer(ends.writer, kOne);
    }
    // One at a time: the second write to an eventfd adds to the first.
    ledger.finish(how == Tell::kCallback ? first : second);
    if (first.done && !first.succeeded()) {
      drain(ends.reader);
      offer(ends.writer, how == Tell::kCallback ? std::string_view() : kOne);
    }
  }
  drain(ends.reader);

  Order& canceled = ledger.read(ends.reader, kSize, 0, Tell::kCallback);
  canceled.may_be_canceled = true;
  if (const int result = ::aio_cancel(ends.reader, &canceled);
      result == -1 && (errno != EBADF || plan().injected == 0)) {
    wrong("aio_cancel() answers");
  }
  release(ledger, canceled, ends.writer);
  drain(ends.reader);

  Order& closed = ledger.read(ends.reader, kSize, 0, Tell::kThreadSignal);
  closed.may_be_canceled = true;
  ends.reader.close();
  release(ledger, closed, ends.writer);
  ledger.settle();
}

void play_full_stream(const char* what, const Ends& ends) {
  doing(what);
  fill(ends.writer);
  Ledger ledger;
  // An offset that would be wrong has the library look whether there are positions.
  Order& written = ledger.write(ends.writer, kOne, -1, Tell::kSignal);
  Order& next = ledger.write(ends.writer, kOne, -1, Tell::kCallback);
  for (const Order* const order : {&written, &next}) {
    while (!order->done && ::aio_error(order) == EINPROGRESS) {
      drain(ends.reader);
    }
  }
  ledger.settle();
}

}  // namespace

bool has_direct_files() {
  const TempFile file;
  const int flags = ::fcntl(file, F_GETFL);
  return ::fcntl(file, F_SETFL, flags | O_DIRECT) == 0;
}

void play_scenario() {
  ::signal(SIGPIPE, SIG_IGN);
  play_file();
  play_stream("a pipe", make_pipe());
  play_stream("a FIFO", make_fifo());
  play_stream("Unix sockets", make_unix_sockets());
  play_append();
  play_stream("TCP sockets", make_tcp_sockets());
  play_stream("a terminal", make_pty());
  play_stream("an eventfd", make_eventfd());
  play_lists();
  play_memory("a file in the page cache", TempFile());
  play_memory("a file in memory", Descriptor(::memfd_create("aiox-test", MFD_CLOEXEC)));
  play_direct_file();
  play_full_stream("a full pipe", make_pipe());
  play_full_stream("a full FIFO", make_fifo());
  play_full_stream("full sockets", make_unix_sockets());
  play_file_close();
}

}  // namespace aiox::test
