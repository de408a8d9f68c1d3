@main
struct Strongroom {
  static func main() {}
}
