package import Sealing

/// In which pages of a section the row for an id may be, in the order in which rows count: the first row wins.
///
/// The caller opens one page after the other until one has the id; so pages are read only when they are needed.
package struct KeyRows: Sendable {
  /// The section whose rows these are.
  package let section: Identifier
  /// Ascending, not overlapping: at most one of them may have the id.
  private let base: [PageReference]
  private let rest: [PageReference]

  /// The rows of a section, and those that were added to it since.
  ///
  /// - Parameters:
  ///   - section: the section of the present generation.
  ///   - additions: pages of `keys` entries that count, in the order of their entries; with their range where they
  ///     have been opened (`KeyPage.reference`). Those of other sections are left out.
  package init(_ section: Section, additions: [OpenAddition] = []) {
    let count = section.baseCount
    self.section = section.id
    base = Array(section.pages[..<count])
    rest = section.pages[count...] + additions.filter { $0.section == section.id }.map(\.reference)
  }

  /// Every page, in the order in which rows count.
  package var pages: [PageReference] { base + rest }

  /// The pages that may have a row for an id, in the order in which rows count.
  package func candidates(for id: Identifier) -> [PageReference] {
    let behind = base.indices.partitioningIndex { base[$0].range.map { $0.first > id } ?? true }
    let first = base[max(0, behind - 1)..<behind]
    return first.filter { $0.mayHold(id) } + rest.filter { $0.mayHold(id) }
  }
}
