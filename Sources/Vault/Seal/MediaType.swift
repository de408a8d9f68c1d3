/// The media type that a file's name suggests; for the label, nothing is decided by it.
enum MediaType {
  private static let byExtension: [String: String] = [
    "amr": "audio/amr", "bmp": "image/bmp", "csv": "text/csv", "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "gif": "image/gif", "gz": "application/gzip", "htm": "text/html", "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg", "json": "application/json", "jsonl": "application/jsonl", "m4a": "audio/mp4",
    "mbox": "application/mbox", "md": "text/markdown", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "msg": "application/vnd.ms-outlook", "ofd": "application/ofd", "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png", "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "svg": "image/svg+xml", "tar": "application/x-tar", "tif": "image/tiff", "tiff": "image/tiff",
    "tsv": "text/tab-separated-values", "txt": "text/plain", "wav": "audio/wav", "webm": "video/webm",
    "webp": "image/webp", "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "zip": "application/zip",
  ]

  /// The extension of a name in lower case, empty where there is none.
  static func fileExtension(of path: ArraySlice<UInt8>) -> String {
    let name = path.split(separator: UInt8(ascii: "/")).last ?? []
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return "" }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// The media type, `application/octet-stream` where the name says nothing.
  static func guess(_ path: ArraySlice<UInt8>) -> String {
    byExtension[fileExtension(of: path)] ?? "application/octet-stream"
  }
}
