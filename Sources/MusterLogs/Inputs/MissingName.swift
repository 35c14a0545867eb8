internal import MusterCore
internal import MusterSystem

/// What somebody may have meant by a path that is not there.
enum MissingName {
    /// Names of the folder that are looked at.
    private static let limit = 2_000

    static func fault(_ path: String) -> InputFault {
        if path.isEmpty { return InputFault(name: "\"\"", hint: "an empty name; name a file, a folder or -") }
        return InputFault(name: path, hint: link(path) ?? "no such file\(hint(path))")
    }

    /// What is to be said of a link behind which nothing is; nil for what is no link.
    static func link(_ path: String) -> String? {
        guard FileNames.isLink(path) else { return nil }
        return FileFacts.isLoop(path) ? "a link that leads round in a circle" : "a link that leads nowhere"
    }

    /// `; did you mean "access.log"?`, empty where nothing is near.
    private static func hint(_ path: String) -> String {
        let slash = path.utf8.lastIndex(of: 0x2f)
        let folder = slash.map { String(path[...$0]) } ?? ""
        guard let names = try? FileNames.inFolder(folder.isEmpty ? "." : folder, limit: limit) else {
            return "; nor is there a folder \(folder)"
        }
        let name = String(path.dropFirst(folder.count))
        guard let near = NearestWord.of(name, among: names.sorted()) else { return "" }
        return "; did you mean \"\(folder)\(near)\"?"
    }
}
