import Sealing
import Vault

/// Public identity files, as commands take them.
enum PublicFile {
  /// What the bytes of a file say, or what is wrong with it in words.
  static func parsed(
    _ bytes: [UInt8], of file: String, otherwise wrong: String
  ) throws(VaultError) -> IdentityFile.Public {
    do {
      return try IdentityFile.Public(reading: bytes)
    } catch let error as SealingError where error.code == .unproved {
      throw VaultError(
        .refused, "\(file) isn't signed with its own key: another wrote it, or it was changed",
        safe: "nothing was written",
        hint: "ask its owner for the FILE.pub that their strongroom identity new wrote")
    } catch let error as SealingError where error.code == .malformedKey {
      throw VaultError(
        .refused, "\(file) holds a key that nobody can hold", safe: "nothing was written",
        hint: "ask its owner for the FILE.pub that their strongroom identity new wrote")
    } catch {
      throw VaultError(.input, "\(file) \(wrong)", hint: "strongroom identity new writes FILE.pub")
    }
  }
}
