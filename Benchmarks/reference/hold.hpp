// SPDX-License-Identifier: Apache-2.0
// Actors that wake themselves after random delays (the hold model of Jones, CACM 1986): what every driver shares.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

/// An actor with a virtual handler, as an object-oriented simulator has it.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Does the work of `cycle`; returns the cycle to be woken in.
  virtual uint64_t wake(uint64_t cycle) = 0;
  uint64_t mixed = 0;
  uint64_t woken = 0;
};

class RandomSleeper final : public Sleeper {
 public:
  explicit RandomSleeper(uint64_t number) : random((number + 1) * 0x9E3779B97F4A7C15ull) {}

  uint64_t wake(uint64_t cycle) override {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    mixed = (mixed ^ cycle) * 0x9E3779B97F4A7C15ull;
    woken++;
    return cycle + delay();
  }

 private:
  /// 1 to 8 cycles in 90 of 100 cases, up to 100 in 9.5, up to 3000 in the rest.
  uint64_t delay() const {
    uint64_t choice = random >> 54;
    uint64_t value = random >> 22 & 0xFFFFFF;
    if (choice < 922) return 1 + (value & 7);
    return 1 + value % (choice < 1019 ? 100 : 3000);
  }

  uint64_t random;
};

struct Sleepers {
  std::vector<std::unique_ptr<Sleeper>> actors;

  explicit Sleepers(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) actors.push_back(std::make_unique<RandomSleeper>(i));
  }

  uint64_t woken() const {
    uint64_t woken = 0;
    for (auto& actor : actors) woken += actor->woken;
    return woken;
  }

  uint64_t sum() const {
    uint64_t sum = 0;
    for (auto& actor : actors) sum += actor->mixed;
    return sum;
  }
};
