@main
struct Castle {
    static func main() {}
}
