// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization
import Testing

@testable import Workloads

@Suite("What is worked out once")
struct FormedOnceTests {
  @Test func `threads that ask at the same time get one value, formed once`() {
    let once = FormedOnce<Int>()
    let count = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      #expect(once.value { count.add(1, ordering: .relaxed).newValue } == 1)
    }
    #expect(count.load(ordering: .relaxed) == 1)
  }

  @Test func `what failed is tried anew`() throws {
    struct Failure: Error {}
    let once = FormedOnce<Int>()
    #expect(throws: Failure.self) { try once.value { () throws(Failure) in throw Failure() } }
    #expect(once.value { 7 } == 7 && once.value { 8 } == 7)
  }
}
