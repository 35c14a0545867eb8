import Glibc
import MusterSystem
import MusterTesting
import Testing

struct LocalClockTests {
    @Test(arguments: [0, -1, 951_782_399, 951_782_400, 1_795_602_030, 4_102_444_799] as [Int64])
    func `Local fields are those that date prints`(seconds: Int64) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("out", [])
        let output = unsafe open(path, O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        var environment: [String: String] = [:]
        environment["TZ"] = Environment.variable("TZ")
        let child = try ChildProcess(
            "/bin/date", ["-d", "@\(seconds)", "+%Y %m %d %H %M %S"], environment: environment, output: output,
            error: output)
        #expect(child.waitOnThread().status == 0)
        let text = try FileReading.text(path, limit: 100)
        let printed = text.split { " \n".contains($0) }.compactMap { Int($0) }
        let fields = try #require(LocalClock.fields(at: seconds))
        #expect(printed == [fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second])
    }

    @Test func `A year that does not fit has no fields`() {
        #expect(LocalClock.fields(at: .max) == nil && LocalClock.fields(at: .min) == nil)
    }

    @Test func `The clock says seconds since 1970`() {
        let before = Int64(Glibc.time(nil))
        let now = LocalClock.seconds
        #expect(before - 1...before + 600 ~= now)
    }
}
