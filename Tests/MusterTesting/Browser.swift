internal import Foundation

/// A browser without a window, where one is installed.
package enum Browser {
    /// What opening a page came to.
    package struct Visit {
        /// The document as it was after loading.
        package var document: String
        /// What the browser's console told: violated policies, failed requests, faults of scripts.
        package var console: [String]
    }

    /// Where it is, nil where none is installed.
    package static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in folders.map { "\($0)/\(name)" }
        }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    package static var isInstalled: Bool { path != nil }

    /// Whether `MUSTER_REQUIRE_BROWSER=1` says that it must not be missing.
    package static var isRequired: Bool { ProcessInfo.processInfo.environment["MUSTER_REQUIRE_BROWSER"] == "1" }

    /// Why a page could not be visited.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Opens the first of some pages, all of them by name in a folder of their own.
    package static func visit(_ pages: [(name: String, html: [UInt8])]) async throws -> Visit {
        guard let path else { throw Failure(description: "no browser is installed") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is left of it does no harm.
        defer { try? FileManager.default.removeItem(at: folder) }
        for page in pages { try Data(page.html).write(to: folder.appending(path: page.name)) }
        let files = try ["document", "log"].map { name in
            let file = folder.appending(path: name)
            try Data().write(to: file)
            return try FileHandle(forWritingTo: file)
        }
        // The sandbox needs what containers do not give; the page is ours and has no script.
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--allow-file-access-from-files", "--user-data-dir=\(folder.path)/profile", "--enable-logging=stderr",
            "--v=0",
            "--dump-dom", "file://\(folder.path)/\(pages[0].name)",
        ]
        let process = try ChildProcess(
            path, arguments, environment: ProcessInfo.processInfo.environment, output: files[0].fileDescriptor,
            error: files[1].fileDescriptor)
        let ending = await withTaskCancellationHandler {
            await process.wait()
        } onCancel: {
            process.signal(SIGKILL)
        }
        for file in files { try file.close() }
        let log = try String(decoding: Data(contentsOf: folder.appending(path: "log")), as: UTF8.self)
        guard ending.status == 0, !ending.isSignal else {
            throw Failure(description: "the browser ends with \(ending.status): \(log.suffix(2000))")
        }
        return Visit(
            document: try String(decoding: Data(contentsOf: folder.appending(path: "document")), as: UTF8.self),
            console: log.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init))
    }
}
