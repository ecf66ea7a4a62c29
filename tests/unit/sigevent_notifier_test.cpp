// SPDX-License-Identifier: MIT
//
// What a sigevent asks for: what is refused, and the signals that are told at once.
#include "sigevent_notifier_test.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <thread>

namespace aiox::test {
namespace {

TEST_F(SigeventNotifierTest, NothingIsToldWithSIGEV_NONEAndWithSignalZero) {
  Notice* notice = nullptr;
  EXPECT_EQ(notifier_.prepare(event(SIGEV_NONE, 12345), notice), 0);
  EXPECT_EQ(notice, nullptr);
  EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, 0), notice), 0);
  EXPECT_EQ(notice, nullptr);
  EXPECT_EQ(notifier_.prepare(sigevent{}, notice), 0) << "a zeroed aiocb has this one";
  EXPECT_EQ(notice, nullptr);
}

TEST_F(SigeventNotifierTest, RefusesWhatCannotBeTold) {
  Notice* notice = nullptr;
  for (const int signo : {-1, 32, 33, SIGRTMAX + 1, INT_MAX, INT_MIN}) {
    EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, signo), notice), EINVAL) << signo;
  }
  for (const int notify : {-1, 3, 5, 12345}) {
    EXPECT_EQ(notifier_.prepare(event(notify), notice), EINVAL) << notify;
  }
  sigevent nothing_to_call = event(SIGEV_THREAD);
  nothing_to_call.sigev_notify_function = nullptr;
  EXPECT_EQ(notifier_.prepare(nothing_to_call, notice), EINVAL);
  sigevent to_thread = event(SIGEV_THREAD_ID);
  for (const pid_t thread : {0, -1, 1, INT_MAX}) {
    to_thread._sigev_un._tid = thread;
    EXPECT_EQ(notifier_.prepare(to_thread, notice), EINVAL) << thread;
  }
  to_thread._sigev_un._tid = ::gettid();
  to_thread.sigev_signo = 0;
  EXPECT_EQ(notifier_.prepare(to_thread, notice), EINVAL);
}

TEST_F(SigeventNotifierTest, TakesEverySignalThatAProgramCanUse) {
  for (int signo = 1; signo <= SIGRTMAX; ++signo) {
    if (signo < 32 || signo >= SIGRTMIN) {
      Notice* notice = nullptr;
      EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, signo), notice), 0) << signo;
      notifier_.discard(*notice);
    }
  }
}

TEST_F(SigeventNotifierTest, ASignalSaysWhereItComesFrom) {
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 4711));
  siginfo_t info;
  EXPECT_EQ(take(&info), 4711);
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_pid, ::getpid());
  EXPECT_EQ(info.si_uid, ::getuid());
  EXPECT_EQ(take(), -1) << "once";
}

TEST_F(SigeventNotifierTest, ASignalToAThreadIsPendingThereAndNowhereElse) {
  sigevent to_thread = event(SIGEV_THREAD_ID, SIGRTMIN + 1, 5);
  std::thread([&] {
    to_thread._sigev_un._tid = ::gettid();
    deliver(to_thread);
    EXPECT_EQ(take(), 5);
    deliver(to_thread);
  }).join();
  EXPECT_EQ(take(), -1);
}

TEST_F(SigeventNotifierTest, AThreadThatHasEndedHasNobodyToBeTold) {
  Notice* notice = nullptr;
  std::thread([&] {
    sigevent to_thread = event(SIGEV_THREAD_ID);
    to_thread._sigev_un._tid = ::gettid();
    ASSERT_EQ(notifier_.prepare(to_thread, notice), 0);
  }).join();
  const sys::SignalsBlocked proof;
  notifier_.deliver(*notice, proof);
  EXPECT_FALSE(notifier_.owes());
}

TEST_F(SigeventNotifierTest, TheSigeventNeedNotStayValid) {
  Notice* notice = nullptr;
  {
    sigevent passing = event(SIGEV_SIGNAL, SIGRTMIN + 1, 9);
    ASSERT_EQ(notifier_.prepare(passing, notice), 0);
    passing = {};
  }
  const sys::SignalsBlocked proof;
  notifier_.deliver(*notice, proof);
  EXPECT_EQ(take(), 9);
}

TEST_F(SigeventNotifierTest, NoticesAreUsedAgain) {
  for (int i = 0; i < 100'000; ++i) {
    Notice* notice = nullptr;
    ASSERT_EQ(notifier_.prepare(event(SIGEV_SIGNAL), notice), 0);
    ASSERT_EQ(notice->index, 0U);
    notifier_.discard(*notice);
  }
}

}  // namespace
}  // namespace aiox::test
