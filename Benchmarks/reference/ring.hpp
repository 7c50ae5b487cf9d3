// SPDX-License-Identifier: Apache-2.0
// A ring of nodes that pass messages on, and how a message is mixed into a node: what every driver shares.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

struct Message {
  uint64_t value;
  uint64_t hops;
};

/// An actor with a virtual handler, as an object-oriented simulator has it.
class Actor {
 public:
  virtual ~Actor() = default;
  /// Takes a message in and returns the one that goes on.
  virtual Message handle(Message message) = 0;
  uint64_t state = 0;
};

class Node final : public Actor {
 public:
  Message handle(Message message) override {
    state = (state ^ message.value) * 0x9E3779B97F4A7C15ull;
    return Message{state >> 7, message.hops + 1};
  }
};

struct Ring {
  std::vector<std::unique_ptr<Actor>> nodes;

  explicit Ring(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) nodes.push_back(std::make_unique<Node>());
  }

  /// Cycles from a node to the next.
  static uint64_t latency(uint32_t node) { return 1 + node % 8; }
  uint32_t next(uint32_t node) const { return node + 1 == nodes.size() ? 0 : node + 1; }

  uint64_t sum() const {
    uint64_t sum = 0;
    for (auto& node : nodes) sum += node->state;
    return sum;
  }
};
