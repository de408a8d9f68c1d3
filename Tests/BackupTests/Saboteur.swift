import Storage
import StorageFaults
import Synchronization

/// Strikes at a store, over all times that it is opened.
final class Saboteur: Sendable {
  typealias Plan = @Sendable (StorageFaults.Operation, Int) -> Fault?
  private let plan = Mutex<(plan: Plan, count: Int)>(({ _, _ in nil }, 0))
  private let hook = Mutex<(@Sendable (StorageFaults.Operation) async -> Void)?>(nil)

  func wrap(_ store: any ObjectStore) -> any ObjectStore {
    let faulty = FaultyStore(store) { operation, _ in
      self.plan.withLock { plan in
        plan.count += 1
        return plan.plan(operation, plan.count)
      }
    }
    faulty.setBefore { operation in
      let hook = self.hook.withLock { $0 }
      await hook?(operation)
    }
    return faulty
  }

  func strike(_ plan: @escaping Plan) { self.plan.withLock { $0 = (plan, 0) } }

  func rest() { strike { _, _ in nil } }

  /// Runs before every operation, until it is called off.
  func before(_ hook: (@Sendable (StorageFaults.Operation) async -> Void)?) {
    self.hook.withLock { $0 = hook }
  }

  /// How many operations there were since the last plan.
  var count: Int { plan.withLock { $0.count } }
}
