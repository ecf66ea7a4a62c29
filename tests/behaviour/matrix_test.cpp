// SPDX-License-Identifier: MIT
//
// Every kind of descriptor by every kind of completion, with the bytes verified.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

// ----- Kinds of descriptor

Ends make_file() {
  TempFile file;
  Descriptor reader = file.reopen(O_RDONLY);
  return {std::move(reader), std::move(file)};
}

Ends make_direct_file() {
  TempFile file("", O_DIRECT);
  Descriptor reader = file.reopen(O_RDONLY | O_DIRECT);
  return {std::move(reader), std::move(file)};
}

Ends make_appended_file() {
  TempFile file("", O_APPEND);
  Descriptor reader = file.reopen(O_RDONLY);
  return {std::move(reader), std::move(file)};
}

Ends make_null() { return {open_path("/dev/null", O_RDONLY), open_path("/dev/null", O_WRONLY)}; }

struct Kind {
  const char* name;
  Ends (*make)();
  std::size_t unit;  // transfers are of that many bytes
  bool has_offsets;
  bool keeps_bytes;
};

constexpr Kind kRegularFile = {"RegularFile", make_file, 1000, true, true};
constexpr Kind kODirectFile = {"ODirectFile", make_direct_file, 4096, true, true};
constexpr Kind kOAppendFile = {"OAppendFile", make_appended_file, 1000, true, true};
constexpr Kind kPipe = {"Pipe", make_pipe, 1000, false, true};
constexpr Kind kFifo = {"Fifo", make_fifo, 1000, false, true};
constexpr Kind kUnixSocket = {"UnixSocket", make_unix_sockets, 1000, false, true};
constexpr Kind kTcpSocket = {"TcpSocket", make_tcp_sockets, 1000, false, true};
constexpr Kind kPty = {"Pty", make_pty, 1000, false, true};
constexpr Kind kEventfd = {"Eventfd", make_eventfd, 8, false, true};
constexpr Kind kDevNull = {"DevNull", make_null, 1000, false, false};

/// What is transferred in that round: never the same twice, and a number that an eventfd takes.
std::string payload(const Kind& kind, int round) {
  std::string bytes(kind.unit, '\0');
  if (kind.unit == sizeof(std::uint64_t)) {
    bytes.front() = static_cast<char>(round + 1);
    return bytes;
  }
  int value = round;
  for (char& byte : bytes) {
    byte = static_cast<char>(value % 251);
    value += 7;
  }
  return bytes;
}

// ----- Kinds of completion

/// A request's way from submission to the moment at which the program knows that it is over.
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void submit(aiocb& block) { submit_plainly(block); }
  virtual void await(aiocb& block) = 0;

 protected:
  static void submit_plainly(aiocb& block) {
    ASSERT_EQ(block.aio_lio_opcode == LIO_READ ? aio_read(&block) : aio_write(&block), 0) << errno;
  }
};

class Poll : public Completion {
 public:
  void await(aiocb& block) override {
    wait_until([&] { return aio_error(&block) != EINPROGRESS; }, "the end of a request");
  }
};

class SuspendUntilEnd : public Completion {
 public:
  void await(aiocb& block) override { wait_for(block); }
};

class BySignal : public Completion {
 public:
  void submit(aiocb& block) override {
    block.aio_sigevent = signal_event(SIGUSR1, 3);
    submit_plainly(block);
  }
  void await(aiocb& /*block*/) override { EXPECT_EQ(signal_.take().si_value.sival_int, 3); }

 private:
  PendingSignal signal_{SIGUSR1};
};

class ByThread : public Completion {
 public:
  void submit(aiocb& block) override {
    block.aio_sigevent = callbacks_.event();
    submit_plainly(block);
  }
  void await(aiocb& /*block*/) override { callbacks_.wait_for(++awaited_); }

 private:
  Callbacks callbacks_;
  std::size_t awaited_ = 0;
};

class ByList : public Completion {
 public:
  void submit(aiocb& block) override {
    sigevent event = signal_event(SIGUSR2, 4);
    aiocb* const list[] = {&block};
    ASSERT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  }
  void await(aiocb& /*block*/) override { EXPECT_EQ(signal_.take().si_value.sival_int, 4); }

 private:
  PendingSignal signal_{SIGUSR2};
};

template <typename Way>
std::unique_ptr<Completion> make_way() {
  return std::make_unique<Way>();
}

struct Way {
  const char* name;
  std::unique_ptr<Completion> (*make)();
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

const auto kWays =
    testing::Values(Way{"Poll", make_way<Poll>}, Way{"Suspend", make_way<SuspendUntilEnd>},
                    Way{"Signal", make_way<BySignal>}, Way{"Thread", make_way<ByThread>},
                    Way{"List", make_way<ByList>});

// ----- The matrix

using Cell = std::tuple<Kind, Way>;

class Matrix : public testing::TestWithParam<Cell> {
 protected:
  Outcome run(aiocb& block) {
    completion->submit(block);
    completion->await(block);
    return outcome_of(block);
  }

  off_t offset_of(int round) const {
    return kind.has_offsets ? static_cast<off_t>(kind.unit) * round : 0;
  }

  ssize_t unit() const { return static_cast<ssize_t>(kind.unit); }

  Kind kind = std::get<0>(GetParam());
  std::unique_ptr<Completion> completion = std::get<1>(GetParam()).make();
  Ends ends = kind.make();
};

TEST_P(Matrix, WhatIsWrittenIsReadBack) {
  for (int round = 0; round < 20; ++round) {
    const std::string bytes = payload(kind, round);
    Transfer write = write_of(ends.writer, bytes, offset_of(round));
    ASSERT_EQ(run(write), success(unit()));
    Transfer read = read_of(ends.reader, kind.unit, offset_of(round));
    ASSERT_EQ(run(read), success(kind.keeps_bytes ? unit() : 0));
    if (kind.keeps_bytes) {
      ASSERT_EQ(read.bytes(kind.unit), bytes);
    }
  }
}

// Where a read waits for a write.
class Streams : public Matrix {};

TEST_P(Streams, ReadThatWaitsGetsWhatIsWrittenLater) {
  for (int round = 0; round < 20; ++round) {
    const std::string bytes = payload(kind, round);
    Transfer read = read_of(ends.reader, kind.unit);
    completion->submit(read);
    ASSERT_EQ(aio_error(&read), EINPROGRESS);
    write_all(ends.writer, bytes);
    completion->await(read);
    ASSERT_EQ(outcome_of(read), success(unit()));
    ASSERT_EQ(read.bytes(kind.unit), bytes);
  }
}

// Where there is an end to read.
class Ending : public Matrix {};

TEST_P(Ending, EndIsReadAsZeroBytes) {
  ends.writer.close();
  Transfer read = read_of(ends.reader, kind.unit);
  EXPECT_EQ(run(read), success(0));
}

std::string name_of(const testing::TestParamInfo<Cell>& info) {
  return std::string(std::get<0>(info.param).name) + "By" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(All, Matrix,
                         testing::Combine(testing::Values(kRegularFile, kODirectFile, kOAppendFile,
                                                          kPipe, kFifo, kUnixSocket, kTcpSocket,
                                                          kPty, kEventfd, kDevNull),
                                          kWays),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    All, Streams,
    testing::Combine(testing::Values(kPipe, kFifo, kUnixSocket, kTcpSocket, kPty, kEventfd), kWays),
    name_of);

INSTANTIATE_TEST_SUITE_P(All, Ending,
                         testing::Combine(testing::Values(kRegularFile, kODirectFile, kOAppendFile,
                                                          kPipe, kFifo, kUnixSocket, kTcpSocket,
                                                          kDevNull),
                                          kWays),
                         name_of);

}  // namespace
}  // namespace aiox::test
