import Rules
import Sealing
import Vault

extension SealPreview {
  /// So many customers of a class are shown to people.
  private static let shown = 10

  /// For people: a table of classes and customers, and for each class what a few files would be sealed as.
  var lines: [String] {
    let total = SealPreview.Customer.sum(classes.flatMap(\.customers))
    var lines = [
      "would seal \(Output.count(total.new, "new record")), compare \(Output.grouped(total.compared)) "
        + "(together \(Output.size(total.bytes))) and leave \(Output.grouped(total.unchanged)) as they are; "
        + "\(Output.count(newSubjects, "new customer")); nothing was written"
    ]
    guard !classes.isEmpty else { return lines }
    var rows = [["class", "customer", "new", "compared", "unchanged", "size"]]
    for row in classes {
      let name = Output.printable(row.name)
      rows.append([name, Output.count(row.customers.count, "customer")] + row.total.cells)
      for customer in row.customers.prefix(Self.shown) {
        rows.append(["", Output.printable(customer.subject)] + customer.cells)
      }
      let rest = row.customers.dropFirst(Self.shown)
      if !rest.isEmpty {
        rows.append(
          ["", "and \(Output.grouped(rest.count)) more"] + SealPreview.Customer.sum(Array(rest)).cells)
      }
    }
    lines += ["", "what would be sealed:"] + Output.table(rows, right: [2, 3, 4, 5]).map { "  " + $0 }
    lines += ["", "as what, for example:"]
    for row in classes {
      for example in row.examples { lines += example.lines(of: row.name) }
    }
    return lines
  }

  /// As programs read it.
  var json: JSONObject {
    [
      "classes": .array(classes.map { .object($0.json) }), "empty_folders": .integer(emptyFolders),
      "excluded": .integer(excluded), "findings": .array(damaged.map(\.told)),
      "left_out": .array(leftOut.map(\.told)), "refused": .array(refused.map(\.told)),
      "subjects": .integer(newSubjects),
    ]
  }
}

extension RefusedCustomer {
  /// For people, on standard output alone: it names a customer.
  var line: String {
    "refused: customer \(Output.printable(subject)): \(Output.count(files, "file")), since records of another customer "
      + "lie under the id \(id.hex), to which the directory leads"
  }

  /// As programs read it.
  var told: JSONValue {
    var object: JSONObject = ["files": .integer(files), "id": .string(id.hex)]
    object.set("subject", subject)
    return .object(object)
  }
}

extension SealPreview.Customer {
  fileprivate var cells: [String] {
    [Output.grouped(new), Output.grouped(compared), Output.grouped(unchanged), Output.size(bytes)]
  }

  fileprivate var json: JSONObject {
    var object: JSONObject = [
      "bytes": .integer(bytes), "compared": .integer(compared), "new": .integer(new),
      "unchanged": .integer(unchanged),
    ]
    object.set("subject", subject)
    return object
  }
}

extension SealPreview.Example {
  fileprivate func lines(of className: String) -> [String] {
    let labels = [
      title.isEmpty ? nil : "title '\(Output.printable(title))'", date.map { "date \($0.text)" },
      "source '\(Output.printable(source))'",
    ]
    return [
      "  \(Output.printable(file))",
      "    class '\(Output.printable(className))', customer '\(Output.printable(subject))', "
        + "path '\(Output.printable(path))', " + labels.compactMap(\.self).joined(separator: ", "),
    ]
  }

  fileprivate var json: JSONObject {
    var object: JSONObject = ["source": .string(source), "title": .string(title)]
    object["date"] = date.map { .string($0.text) }
    for (key, bytes) in [("file", file), ("path", path), ("subject", subject)] { object.set(key, bytes) }
    return object
  }
}

extension SealPreview.ClassRow {
  fileprivate var total: SealPreview.Customer { .sum(customers) }

  fileprivate var json: JSONObject {
    [
      "class": .string(name), "customers": .array(customers.map { .object($0.json) }),
      "examples": .array(examples.map { .object($0.json) }),
    ]
  }
}
