// SPDX-License-Identifier: MIT
#include "request/intrusive_list.h"

#include <gtest/gtest.h>

#include <string>

namespace aiox {
namespace {

struct Item {
  char name;
  Link<Item> link;
};

using List = IntrusiveList<Item, &Item::link>;

std::string names(const List& list) {
  std::string text;
  for (const Item* item = list.front(); item != nullptr; item = List::next(*item)) {
    text += item->name;
  }
  return text;
}

class IntrusiveListTest : public testing::Test {
 protected:
  Item a_{.name = 'a', .link = {}};
  Item b_{.name = 'b', .link = {}};
  Item c_{.name = 'c', .link = {}};
  List list_;
};

TEST_F(IntrusiveListTest, IsEmptyAtFirst) {
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(list_.pop_front(), nullptr);
}

TEST_F(IntrusiveListTest, PushBackKeepsTheOrder) {
  list_.push_back(a_);
  list_.push_back(b_);
  list_.push_back(c_);
  EXPECT_EQ(names(list_), "abc");
}

TEST_F(IntrusiveListTest, PushFrontTurnsTheOrderAround) {
  list_.push_front(a_);
  list_.push_front(b_);
  list_.push_back(c_);
  EXPECT_EQ(names(list_), "bac");
}

TEST_F(IntrusiveListTest, IsWalkedFromItsEnd) {
  EXPECT_EQ(list_.back(), nullptr);
  list_.push_back(a_);
  list_.push_back(b_);
  list_.push_back(c_);
  list_.remove(b_);
  EXPECT_EQ(list_.back(), &c_);
  EXPECT_EQ(List::previous(c_), &a_);
  EXPECT_EQ(List::previous(a_), nullptr);
}

TEST_F(IntrusiveListTest, RemovesFromTheMiddleAndFromBothEnds) {
  list_.push_back(a_);
  list_.push_back(b_);
  list_.push_back(c_);
  list_.remove(b_);
  EXPECT_EQ(names(list_), "ac");
  list_.remove(c_);
  EXPECT_EQ(names(list_), "a");
  list_.push_back(b_);
  EXPECT_EQ(names(list_), "ab");
  list_.remove(a_);
  list_.remove(b_);
  EXPECT_TRUE(list_.empty());
  list_.push_front(c_);
  EXPECT_EQ(names(list_), "c");
}

TEST_F(IntrusiveListTest, PopsInOrderAndLeavesTheLinksFree) {
  list_.push_back(a_);
  list_.push_back(b_);
  EXPECT_EQ(list_.pop_front(), &a_);
  EXPECT_EQ(a_.link.next, nullptr);
  EXPECT_EQ(b_.link.previous, nullptr);
  List other;
  other.push_back(a_);
  EXPECT_EQ(names(list_), "b");
  EXPECT_EQ(names(other), "a");
}

#if defined(AIOX_ASSERTS)
TEST_F(IntrusiveListTest, AssertsThatWhatIsRemovedIsOnTheList) {
  list_.push_back(a_);
  EXPECT_DEATH(list_.remove(b_), "assertion failed");
}
#endif

}  // namespace
}  // namespace aiox
