import Drill
import S3
import Storage

extension Configuration {
  /// How buckets are reached, by their names.
  static func buckets(
    _ reader: YAMLReader, at path: String, full: (String) -> String
  ) throws(YAMLFault) -> [String: S3Options] {
    var buckets: [String: S3Options] = [:]
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
  ) throws(YAMLFault) -> S3Options {
    try reader.only(["endpoint", "region", "style", "profile", "ca", "plain-http", "requests"])
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
    switch try reader.optionalText("plain-http", limit: 8) {
    case nil, "no": break
    case "yes": options.allowsPlainHTTP = true
    case let said?: throw YAMLFault("\(bucket): 'plain-http' is yes or no, not '\(said)'")
    }
    if let said = try reader.optionalText("requests", limit: 8) {
      guard let count = Int(said), (1...256).contains(count) else {
        throw YAMLFault("\(bucket): 'requests' is a number from 1 to 256, not '\(said)'")
      }
      options.concurrency = count
    }
    return options
  }
}
