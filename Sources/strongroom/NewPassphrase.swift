import Sealing
import Vault

/// A passphrase for an identity that is about to be made.
enum NewPassphrase {
  /// Asks for one, twice, or makes one.
  static func ask(for whom: String) throws -> Secret {
    guard let typed = Terminal.secret("passphrase for \(whom) (empty: generate one): ") else {
      throw VaultError(
        .input, "no passphrase or identity was given, and nobody can be asked", safe: "nothing was made",
        hint: "use --identity FILE (strongroom identity new FILE makes one) or --passphrase-file FILE")
    }
    if typed.count == 0 { return try generate() }
    let passphrase = try checked(typed)
    guard let again = Terminal.secret("again: "), again == typed else {
      throw VaultError(.input, "the two passphrases differ; nothing was made")
    }
    return passphrase
  }

  /// Refuses one that can be guessed, or that couldn't be typed everywhere; says where blanks count.
  static func checked(_ passphrase: Secret) throws -> Secret {
    if let fault = Passphrase.fault(ofNew: passphrase) { throw VaultError(fault) }
    if Passphrase.hasBlankEnds(passphrase) {
      let what = "the passphrase begins or ends with a blank, which is part of it"
      guard Terminal.isPresent else {
        Output.warn(.passphraseBlank, what)
        return passphrase
      }
      guard Terminal.confirm("\(what); is that meant?") else { throw VaultError(.failed, "nothing was made") }
    }
    return passphrase
  }

  private static func generate() throws -> Secret {
    let generated = try Passphrase.generate()
    Output.note("the passphrase is:")
    generated.withSpan { span in
      var text = "  "
      for index in span.indices { text.unicodeScalars.append(UnicodeScalar(span[index])) }
      Output.note(text)
    }
    Output.note(
      "write it down now; without it, and without another custodian, nothing here can ever be opened")
    guard Terminal.confirm("is it written down?") else { throw VaultError(.failed, "nothing was made") }
    return generated
  }
}
