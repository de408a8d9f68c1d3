/// The ready plans that come with the program.
public enum PlanCatalog {
  /// Their names, in order.
  public static let names = texts.map(\.name)

  private static let texts: [(name: String, text: [UInt8])] = [
    ("site-lost", PackageResources.site_lost_yml), ("ransomware", PackageResources.ransomware_yml),
    ("vault-deleted", PackageResources.vault_deleted_yml), ("rotten-bits", PackageResources.rotten_bits_yml),
    ("custodian-lost", PackageResources.custodian_lost_yml),
    ("keyring-lost", PackageResources.keyring_lost_yml), ("rolled-back", PackageResources.rolled_back_yml),
    ("stolen-credentials", PackageResources.stolen_credentials_yml),
    ("customer-request", PackageResources.customer_request_yml),
    ("erased-stays-erased", PackageResources.erased_stays_erased_yml),
    ("former-employee", PackageResources.former_employee_yml),
    ("wrong-vault", PackageResources.wrong_vault_yml), ("first-hour", PackageResources.first_hour_yml),
  ]

  /// The YAML text of a ready plan, nil where there is none of that name.
  public static func text(_ name: String) -> String? {
    texts.first { $0.name == name }.map { String(decoding: $0.text, as: UTF8.self) }
  }
}
