import Drill
import S3
import Storage

extension Configuration {
  /// How buckets are reached, by their names.
  static func buckets(
    _ reader: YAMLReader, at path: String, full: (String) -> String
  ) throws(YAMLFault) -> [String: ConfiguredBucket] {
    var buckets: [String: ConfiguredBucket] = [:]
    try reader.only(Set(reader.names))
    for name in reader.names {
      guard (try? BucketAddress(BucketAddress.scheme + name)) != nil else {
        throw YAMLFault("\(path), buckets: '\(name)' is no bucket's name")
      }
      buckets[name] = try options(try reader.mapping(name), of: "\(path), bucket \(name)", full: full)
    }
    return buckets
  }

  private static func options(
    _ reader: YAMLReader, of bucket: String, full: (String) -> String
  ) throws(YAMLFault) -> ConfiguredBucket {
    try reader.only(["endpoint", "region", "style", "profile", "ca", "plain-http", "requests", "lock"])
    var options = S3Options()
    options.endpoint = try reader.optionalText("endpoint", limit: 1024)
    options.region = try reader.optionalText("region", limit: 64)
    options.profile = try reader.optionalText("profile", limit: 256)
    options.caFile = try reader.optionalText("ca", limit: 4096).map(full)
    if let style = try reader.optionalText("style", limit: 32) {
      guard let known = S3Style(rawValue: style) else {
        throw YAMLFault("\(bucket): 'style' is path or virtual-host, not '\(style)'")
      }
      options.style = known
    }
    func isWanted(_ name: String) throws(YAMLFault) -> Bool {
      switch try reader.optionalText(name, limit: 8) {
      case nil, "no": return false
      case "yes": return true
      case let said?: throw YAMLFault("\(bucket): '\(name)' is yes or no, not '\(said)'")
      }
    }
    options.allowsPlainHTTP = try isWanted("plain-http")
    if let said = try reader.optionalText("requests", limit: 8) {
      guard let count = Int(said), (1...256).contains(count) else {
        throw YAMLFault("\(bucket): 'requests' is a number from 1 to 256, not '\(said)'")
      }
      options.concurrency = count
    }
    return ConfiguredBucket(options: options, locks: try isWanted("lock"))
  }
}

/// A bucket as the configuration says.
struct ConfiguredBucket: Equatable {
  /// How it is reached.
  var options = S3Options()
  /// Whether boxes are locked there.
  var locks = false
}
