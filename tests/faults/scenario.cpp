// SPDX-License-Identifier: MIT
#include "scenario.h"

#include <aio.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "injector.h"
#include "ledger.h"
#include "support/descriptors.h"

namespace aiox::test {
namespace {

constexpr std::size_t kSize = 8;  // of an eventfd's counter, and everywhere else, too
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
  char bytes[kSize];
  if (written.succeeded() && (::pread(fildes, bytes, kSize, written.aio_offset) != ssize_t{kSize} ||
                              std::string_view(bytes, kSize) != written.bytes(kSize))) {
    wrong("what was written is in the file");
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
  Order& written = ledger.write(ends.writer, kOne, 0, Tell::kSignal);
  Order& next = ledger.write(ends.writer, kOne, 0, Tell::kCallback);
  for (const Order* const order : {&written, &next}) {
    while (!order->done && ::aio_error(order) == EINPROGRESS) {
      drain(ends.reader);
    }
  }
  ledger.settle();
}

}  // namespace

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
  play_full_stream("a full pipe", make_pipe());
  play_full_stream("a full FIFO", make_fifo());
  play_full_stream("full sockets", make_unix_sockets());
  play_file_close();
}

}  // namespace aiox::test
