import Sealing

/// A text that holds secrets, put together of parts: it is in memory that is cleansed, and in no string.
struct SecretText {
  private var parts: [Secret] = []

  mutating func add(_ text: String) { parts.append(Secret(copying: Array(text.utf8))) }

  mutating func add(_ secret: Secret) { parts.append(secret) }

  /// Adds a secret, and blanks after it up to so many characters.
  mutating func add(_ secret: Secret, padded width: Int) {
    parts.append(secret)
    add(String(repeating: " ", count: max(0, width - secret.count)))
  }

  /// All of it.
  var whole: Secret { Secret.concatenating(parts) }
}
