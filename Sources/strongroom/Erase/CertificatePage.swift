import Rules
import Foundation
import Mustache
import Vault

/// A certificate as a page for the customer and for the file, in one language. It says *kept by law* of all that stays.
enum CertificatePage {
  /// - Parameter customer: their number, which stands on the paper alone; nil leaves a line for it.
  static func render(
    _ certificate: ErasureCertificate, in language: CertificateWords, customer: String?
  ) throws -> String {
    let words = language
    let source = String(decoding: PackageResources.certificate_mustache, as: UTF8.self)
    let template = try MustacheTemplate(string: source)
    let context: [String: Any] = [
      "lang": words.tag, "kind": words.kind, "erasure": "\(certificate.erasure)",
      "complete": certificate.isComplete, "verdict": certificate.isComplete ? words.complete : words.pending,
      "customerLabel": words.customer, "customer": PlainText.harmless(customer ?? ""),
      "facts": facts(certificate, words).map { ["name": $0.0, "value": PlainText.harmless($0.1)] },
      "classesTitle": words.classesTitle, "classLabel": words.className, "keysLabel": words.keys,
      "bundlesLabel": words.bundles, "sizeLabel": words.size,
      "classes": certificate.classes.map {
        [
          "name": PlainText.harmless($0.name), "keys": "\($0.keys)", "bundles": "\($0.bundles)",
          "size": Output.size($0.bytes),
        ]
      },
      "boxesNotRead": certificate.boxesNotRead == 0 ? "" : words.notRead(certificate.boxesNotRead),
      "hasWithheld": !certificate.withheld.isEmpty, "withheldTitle": words.withheldTitle,
      "withheld": certificate.withheld.map {
        [
          "name": PlainText.harmless($0.name),
          "until": $0.until == 0 ? words.byLaw : words.byLawUntil($0.until),
        ]
      },
      "hasRecipients": !certificate.recipients.isEmpty, "recipientsTitle": words.recipientsTitle,
      "recipients": certificate.recipients.map {
        [
          "time": CivilTime.text($0.time), "how": words.how[$0.how] ?? $0.how,
          "purpose": PlainText.harmless($0.purpose),
        ]
      },
      "placesTitle": words.placesTitle,
      "places": certificate.places.map {
        ["place": $0.place, "mark": $0.state.rawValue, "state": words.state($0.state, entry: $0.entry)]
      },
      "note": words.note,
    ]
    return template.render(context)
  }

  private static func facts(
    _ certificate: ErasureCertificate, _ words: CertificateWords
  ) -> [(String, String)] {
    var facts = [
      (words.erasedOn, CivilTime.text(certificate.erased)), (words.dueBy, certificate.due),
      (words.basis, certificate.basis), (words.by, certificate.by),
    ]
    if certificate.request > 0 {
      facts.append((words.askedBy, "\(certificate.askedBy) (\(words.entry) \(certificate.request))"))
    }
    facts += [
      (
        words.compared,
        certificate.compared == 0 ? words.nobodyElse : "\(words.entry) \(certificate.compared)"
      ),
      (words.removed, "\(words.entry) \(certificate.removed)"),
      (words.generation, "\(certificate.generation)"), (words.rows, "\(certificate.rows)"),
      (words.methodLabel, words.method), (words.vault, certificate.vault),
    ]
    return facts.filter { !$0.1.isEmpty }
  }
}
