/// The ready plans that come with the program.
public enum PlanCatalog {
  /// Their names, in order.
  public static let names = ["site-lost"]

  /// The YAML text of a ready plan, nil where there is none of that name.
  public static func text(_ name: String) -> String? {
    switch name {
    case "site-lost": String(decoding: PackageResources.site_lost_yml, as: UTF8.self)
    default: nil
    }
  }
}
