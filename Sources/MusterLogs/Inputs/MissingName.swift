internal import MusterCore
internal import MusterSystem

/// What somebody may have meant by a path that is not there.
enum MissingName {
    /// Names of the folder that are looked at.
    private static let limit = 2_000

    /// `; did you mean "access.log"?`, empty where nothing is near.
    static func hint(_ path: String) -> String {
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
