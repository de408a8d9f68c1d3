internal import NIOHTTP1
public import Storage

extension S3Store {
  /// What isn't an object: what interrupted proofs left.
  static let spoolName = ".spool"

  /// The objects in a folder and below it, in order of name.
  public func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    var rows: [ObjectInfo] = []
    try await forEachPage(folder) { rows += $0 }
    return try inOrder(rows, folder)
  }

  /// Those behind a name.
  public func list(_ folder: String, after name: ObjectName) async throws(StorageError) -> [ObjectInfo] {
    var rows: [ObjectInfo] = []
    try await forEachPage(folder, after: name) { rows += $0 }
    // A server that doesn't know where to begin begins at the first.
    rows = rows.filter { $0.name > name }
    return try inOrder(rows, folder)
  }

  /// Their names.
  public func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    var names: [ObjectName] = []
    try await forEachPage(folder) { names += $0.map(\.name) }
    return names
  }

  /// The same page by page, as they come: at most a thousand objects each.
  public func forEachPage(
    _ folder: String, after name: ObjectName? = nil, _ body: ([ObjectInfo]) async throws(StorageError) -> Void
  ) async throws(StorageError) {
    guard folder.isEmpty || ObjectName(folder) != nil else {
      throw StorageError(.badName, "list", folder).at(location)
    }
    try await pages(folder.isEmpty ? "" : folder + "/", delimited: false, after: name) {
      (page) throws(StorageError) in
      let rows = page.rows.compactMap { row in
        ObjectName(row.text).map { ObjectInfo(name: $0, size: row.size, modified: row.modified) }
      }
      try await body(rows)
    }
  }

  /// What lies at the top and is no folder of one of these names, and what in these is no object.
  public func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    var unexpected: Set<String> = []
    var inside: [String] = []
    try await pages("", delimited: true) { (page) throws(StorageError) in
      unexpected.formUnion(page.rows.map(\.text))
      for folder in page.folders {
        let name = String(folder.dropLast())
        if folders.contains(name) {
          inside.append(folder)
        } else if name != Self.spoolName {
          unexpected.insert(name)
        }
      }
    }
    for folder in inside {
      try await pages(folder, delimited: false) { (page) throws(StorageError) in
        unexpected.formUnion(page.rows.map(\.text).filter { ObjectName($0) == nil })
      }
    }
    return unexpected.sorted()
  }

  /// Rows by name, each once.
  private func inOrder(_ rows: [ObjectInfo], _ folder: String) throws(StorageError) -> [ObjectInfo] {
    if Self.isSorted(rows) { return rows }
    let sorted = rows.sorted { $0.name < $1.name }
    guard Self.isSorted(sorted) else {
      throw StorageError(
        .corrupt, "list", folder, reason: "the server's listing names an object twice"
      ).at(location)
    }
    return sorted
  }

  private static func isSorted(_ rows: [ObjectInfo]) -> Bool {
    zip(rows, rows.dropFirst()).allSatisfy { $0.name < $1.name }
  }

  /// A row of a listing, by what stands behind the store's prefix.
  struct Row: Sendable {
    let text: String
    let size: UInt64
    let modified: Int64
  }

  /// A page of a listing.
  struct Page: Sendable {
    var rows: [Row] = []
    var folders: [String] = []

    /// Nil where it is empty.
    var greatestKey: String? {
      (rows.map(\.text) + folders).max { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  /// Lists what stands below `prefix`, page by page; `delimited`: only to the next "/"; `name`: behind it.
  func pages(
    _ prefix: String, delimited: Bool, after name: ObjectName? = nil,
    _ body: (Page) async throws(StorageError) -> Void
  ) async throws(StorageError) {
    var token: String?
    var progress = ListingProgress()
    repeat {
      var query = [
        Field("list-type", "2"), Field("encoding-type", "url"), Field("prefix", address.key(prefix)),
      ]
      if delimited { query.append(Field("delimiter", "/")) }
      if let token {
        query.append(Field("continuation-token", token))
      } else if let name {
        query.append(Field("start-after", address.key(name.text)))
      }
      let call = call(.list, .GET, "list", query: query)
      let root = try await tree(call, "ListBucketResult")
      let page = try page(root, call)
      try await body(page)
      token = root.text("IsTruncated") == "true" ? root.text("NextContinuationToken") ?? "" : nil
      guard token != "", token.map({ progress.goesOn(behind: page.greatestKey, to: $0) }) ?? true else {
        throw wire.error(.corrupt, call, "the server's listing doesn't go on where it ended")
      }
    } while token != nil
  }

  /// An answer's XML, whose outermost element has this name.
  func tree(_ call: Call, _ name: String) async throws(StorageError) -> XMLAnswer {
    guard let root = XMLAnswer(try await wire.send(call).answer.body), root.name == name else {
      throw wire.error(
        .unsupported, call, "the server's answer isn't \(name)", hint: "is it an S3 server at all?")
    }
    return root
  }

  private func page(_ root: XMLAnswer, _ call: Call) throws(StorageError) -> Page {
    let isEncoded = root.text("EncodingType") == "url"
    var page = Page()
    for row in root.all("Contents") {
      guard let text = inside(row.text("Key"), isEncoded),
        let size = row.text("Size").flatMap({ ObjectSize.read($0) }),
        let modified = row.text("LastModified").flatMap({ S3Time.read($0) })
      else { throw wire.error(.corrupt, call, "a row of the server's listing can't be read") }
      page.rows.append(Row(text: text, size: size, modified: modified))
    }
    for row in root.all("CommonPrefixes") {
      guard let text = inside(row.text("Prefix"), isEncoded) else {
        throw wire.error(.corrupt, call, "a row of the server's listing can't be read")
      }
      page.folders.append(text)
    }
    return page
  }

  /// A key without the store's prefix; nil where it doesn't lie there. Servers differ in how they write a blank, and some
  /// encode keys without saying so; what stands behind the prefix reads the same in each way.
  func inside(_ key: String?, _ isEncoded: Bool) -> String? {
    let prefix = address.key("")
    guard let key else { return nil }
    let decoded = [true, false].compactMap { URIText.decoded(key, plusIsBlank: $0) }
    let readings = isEncoded ? decoded : [key] + decoded
    let own = readings.first { $0.utf8.starts(with: prefix.utf8) }
    return own.map { String(decoding: $0.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) }
  }
}
