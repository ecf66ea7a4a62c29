// SPDX-License-Identifier: MIT
#include "request/request.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <thread>
#include <utility>

namespace aiox {
namespace {

constexpr std::initializer_list<State> kStates = {State::kFree, State::kWaiting, State::kQueued,
                                                  State::kRunning, State::kDone};

const std::set<std::pair<State, State>> kLegal = {
    {State::kFree, State::kWaiting},    {State::kWaiting, State::kQueued},
    {State::kWaiting, State::kRunning}, {State::kWaiting, State::kDone},
    {State::kQueued, State::kRunning},  {State::kQueued, State::kDone},
    {State::kRunning, State::kDone},    {State::kRunning, State::kWaiting},
};

void set(Request& request, std::uint32_t generation, State state) {
  request.word = Request::pack(generation, state);
}

TEST(Request, EachLegalTransitionIsMadeOnce) {
  for (const auto& [from, to] : kLegal) {
    Request request;
    set(request, 7, from);
    EXPECT_TRUE(request.transition(7, from, to));
    EXPECT_EQ(request.state(), to);
    EXPECT_EQ(request.generation(), 7U);
    EXPECT_FALSE(request.transition(7, from, to)) << "somebody was faster";
  }
}

TEST(Request, NoOtherTransitionIsLegal) {
  for (const State from : kStates) {
    for (const State to : kStates) {
      EXPECT_EQ(Request::is_legal(from, to), kLegal.contains({from, to}))
          << static_cast<int>(from) << " -> " << static_cast<int>(to);
    }
  }
  EXPECT_FALSE(Request::is_legal(static_cast<State>(99), State::kDone));
}

#if defined(AIOX_ASSERTS)
TEST(RequestDeathTest, AnIllegalTransitionIsAsserted) {
  Request request;
  set(request, 1, State::kDone);
  EXPECT_DEATH(static_cast<void>(request.transition(1, State::kDone, State::kRunning)),
               "assertion failed");
}
#endif

TEST(Request, ATransitionFromAnotherStateChangesNothing) {
  for (const auto& [from, to] : kLegal) {
    for (const State present : kStates) {
      if (present != from) {
        Request request;
        set(request, 7, present);
        EXPECT_FALSE(request.transition(7, from, to));
        EXPECT_EQ(request.state(), present);
      }
    }
  }
}

TEST(Request, ATicketOfAnotherLifeChangesNothing) {
  Request request;
  set(request, 8, State::kQueued);
  for (const std::uint32_t generation : {0U, 7U, 9U, 0xffffffffU}) {
    EXPECT_FALSE(request.transition(generation, State::kQueued, State::kDone));
  }
  EXPECT_EQ(request.state(), State::kQueued);
}

TEST(Request, EndVoidsTheTicketsOfThisLife) {
  aiocb block{};
  Request request;
  set(request, 7, State::kDone);
  request.control_block = &block;
  EXPECT_TRUE(request.names(block, 7));
  request.end();
  EXPECT_FALSE(request.names(block, 7));
  EXPECT_FALSE(request.names(block, 8));
  EXPECT_EQ(request.state(), State::kFree);
  EXPECT_FALSE(request.transition(7, State::kFree, State::kWaiting));
  EXPECT_TRUE(request.transition(8, State::kFree, State::kWaiting));
}

TEST(Request, AGenerationIsNeverZeroAlsoAfterAllOthersWereUsed) {
  Request request;
  EXPECT_NE(request.generation(), 0U);
  set(request, 0xffffffff, State::kDone);
  request.end();
  EXPECT_NE(request.generation(), 0U);
}

TEST(Request, NamesOnlyItsOwnAiocbInItsOwnGeneration) {
  aiocb mine{};
  const aiocb copy = mine;
  Request request;
  set(request, 7, State::kRunning);
  request.control_block = &mine;
  EXPECT_TRUE(request.names(mine, 7));
  EXPECT_FALSE(request.names(copy, 7));
  EXPECT_FALSE(request.names(mine, 6));
}

TEST(Request, IsOutstandingFromAdmissionUntilItIsDone) {
  Request request;
  for (const State state : kStates) {
    set(request, 7, state);
    EXPECT_EQ(request.is_outstanding(7), state != State::kFree && state != State::kDone);
    EXPECT_FALSE(request.is_outstanding(8));
  }
}

TEST(Request, OfCancelAndStartOneWins) {
  for (int round = 0; round < 2'000; ++round) {
    Request request;
    set(request, 7, State::kQueued);
    int winners = 0;
    std::thread canceller([&] { winners += request.transition(7, State::kQueued, State::kDone); });
    const bool started = request.transition(7, State::kQueued, State::kRunning);
    canceller.join();
    ASSERT_EQ(winners + started, 1);
    ASSERT_EQ(request.state(), started ? State::kRunning : State::kDone);
  }
}

TEST(Ticket, SurvivesTheWayThroughItsBits) {
  const Ticket ticket{.index = 0x89abcdef, .generation = 0xfedcba98};
  const Ticket back = Ticket::from_bits(ticket.bits());
  EXPECT_EQ(back.index, ticket.index);
  EXPECT_EQ(back.generation, ticket.generation);
}

}  // namespace
}  // namespace aiox
