// SPDX-License-Identifier: MIT
#include "request/slab_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>
#include <vector>

namespace aiox {
namespace {

struct Thing : PoolNode {
  std::atomic<int> owner = 0;
  int content = 0;
};

using SmallPool = SlabPool<Thing, 4, 8>;

TEST(SlabPool, GivesEachObjectOnceAndNumbersThem) {
  SmallPool pool;
  ASSERT_TRUE(pool);
  std::set<Thing*> things;
  std::set<std::uint32_t> numbers;
  for (std::size_t i = 0; i < SmallPool::kCapacity; ++i) {
    Thing* const thing = pool.take();
    ASSERT_NE(thing, nullptr);
    things.insert(thing);
    numbers.insert(thing->index);
    EXPECT_EQ(pool.find(thing->index), thing);
  }
  EXPECT_EQ(things.size(), SmallPool::kCapacity);
  EXPECT_EQ(*numbers.rbegin(), SmallPool::kCapacity - 1);
}

TEST(SlabPool, IsExhaustedAtItsCapacityAndRecovers) {
  SmallPool pool;
  Thing* last = nullptr;
  for (std::size_t i = 0; i < SmallPool::kCapacity; ++i) {
    last = pool.take();
  }
  EXPECT_EQ(pool.take(), nullptr);
  EXPECT_EQ(pool.take(), nullptr);
  pool.give_back(*last);
  EXPECT_EQ(pool.take(), last);
  EXPECT_EQ(pool.take(), nullptr);
}

TEST(SlabPool, AnObjectKeepsItsIndexAndContentOverItsLives) {
  SmallPool pool;
  Thing* const thing = pool.take();
  const std::uint32_t index = thing->index;
  thing->content = 42;
  pool.give_back(*thing);
  EXPECT_EQ(pool.find(index), thing) << "also while it is free";
  EXPECT_EQ(pool.take(), thing);
  EXPECT_EQ(thing->index, index);
  EXPECT_EQ(thing->content, 42);
}

TEST(SlabPool, FindTakesAnyNumber) {
  SmallPool pool;
  EXPECT_EQ(pool.find(0), nullptr);
  ASSERT_NE(pool.take(), nullptr);
  EXPECT_NE(pool.find(0), nullptr);
  EXPECT_NE(pool.find(3), nullptr);
  for (const std::uint32_t number : {4U, 31U, 32U, 33U, 0x7fffffffU, 0xffffffffU}) {
    EXPECT_EQ(pool.find(number), nullptr) << number;
  }
}

TEST(SlabPool, ReserveMapsWhatIsAskedForAndNoMoreThanThereIs) {
  SmallPool pool;
  pool.reserve(9);
  EXPECT_NE(pool.find(11), nullptr);
  EXPECT_EQ(pool.find(12), nullptr);
  pool.reserve(1'000'000);
  EXPECT_NE(pool.find(31), nullptr);
}

TEST(SlabPool, NeverHandsOutOneObjectTwice) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 30'000;
  using Pool = SlabPool<Thing, 16, 4>;
  Pool pool;
  std::atomic<int> clashes = 0;
  std::vector<std::thread> threads;
  for (int id = 1; id <= kThreads; ++id) {
    threads.emplace_back([&, id] {
      std::mt19937 random(static_cast<unsigned>(id));
      std::vector<Thing*> held;
      for (int round = 0; round < kRounds; ++round) {
        if (held.empty() || (held.size() < 8 && random() % 2 == 0)) {
          if (Thing* const thing = pool.take(); thing != nullptr) {
            clashes += thing->owner.exchange(id) != 0;
            thing->content = id;  // the sanitizer sees it when two own it
            held.push_back(thing);
          }
        } else {
          std::swap(held[random() % held.size()], held.back());
          clashes += held.back()->owner.exchange(0) != id;
          pool.give_back(*held.back());
          held.pop_back();
        }
      }
      for (Thing* const thing : held) {
        thing->owner = 0;
        pool.give_back(*thing);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(clashes, 0);
  std::set<Thing*> all;
  while (Thing* const thing = pool.take()) {
    all.insert(thing);
  }
  EXPECT_EQ(all.size(), Pool::kCapacity) << "nothing got lost or doubled";
}

TEST(SlabPool, ThreadsThatGrowItAtOnceLoseNothing) {
  for (int round = 0; round < 50; ++round) {
    SmallPool pool;
    std::atomic<std::size_t> taken = 0;
    const auto take_all = [&] {
      while (pool.take() != nullptr) {
        ++taken;
      }
    };
    std::thread other(take_all);
    take_all();
    other.join();
    ASSERT_EQ(taken, SmallPool::kCapacity);
  }
}

}  // namespace
}  // namespace aiox
