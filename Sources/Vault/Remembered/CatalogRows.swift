internal import Foundation
internal import GRDB

/// GRDB's subscripts stop the program where a column holds something else than what is asked for, and in a damaged file
/// any column may: so all of the catalog is read by these, which throw.
extension Row {
  func number(_ column: Int) throws -> Int { try decode(Int.self, atIndex: column) }

  func unsigned(_ column: Int) throws -> UInt64 { UInt64(clamping: try decode(Int64.self, atIndex: column)) }

  func isTrue(_ column: Int) throws -> Bool { try decode(Bool.self, atIndex: column) }

  func bytes(_ column: Int) throws -> [UInt8] { Array(try decode(Data.self, atIndex: column)) }
}
