import Foundation
import MusterCore
import Testing

@testable import MusterRotation

@Suite("Rotations told to programs")
struct RotationDataTests {
    @Test("One JSON object has everything, with the version")
    func json() throws {
        #expect(
            SyntheticRotation.text(SyntheticRotation.mixed(), "json") == """
                {"muster":"0.1.0","run":{"dry":false,"interrupted":false,"recovered":0,"unfinished":0,"elapsed_us":120000},"summary":{"stanzas":2,"logs":6,"rotated":2,"compressed":1,"bytes_before":1048576,"bytes_after":65536,"removed":1,"skipped":3,"skip_reasons":{"empty":2,"not due":1},"failed":1,"failure_codes":{"disk":1},"fault_codes":{"script":1},"truncated":1,"bytes_at_risk":12},"stanzas":[
                {"pattern":"/var/log/nginx/*.log","place":"/etc/l.d/nginx:1","steps":[{"action":"script","path":"/var/log/nginx/*.log","detail":"lastaction"}],"logs":[
                {"path":"/var/log/nginx/access.log","outcome":"rotated","bytes":2097152,"compressed":1,"bytes_before":1048576,"bytes_after":65536,"removed":1,"steps":[{"action":"compress","path":"/var/log/nginx/access.log.1","to":"/var/log/nginx/access.log.1.gz"},{"action":"rename","path":"/var/log/nginx/access.log","to":"/var/log/nginx/access.log.1"},{"action":"create","path":"/var/log/nginx/access.log","detail":"0640 root:adm"},{"action":"remove","path":"/var/log/nginx/access.log.5.gz","detail":"beyond rotate 4"}]},
                {"path":"/var/log/nginx/error.log","outcome":"failed","fault":{"code":"disk","location":"/var/log/nginx/error.log","hint":"cannot rename: no space left"},"bytes":0,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"steps":[]},
                {"path":"/var/log/nginx/old.log","outcome":"skipped","reason":"not due","bytes":0,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"steps":[]}],"faults":[
                {"code":"script","location":"/etc/l.d/nginx:9","hint":"lastaction: exit status 3"}]},
                {"pattern":"/srv/app.log /srv/b.log","place":"/etc/l.d/app:4","steps":[],"logs":[
                {"path":"/srv/app.log","outcome":"rotated","bytes":4096,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"bytes_at_risk":12,"steps":[{"action":"copy","path":"/srv/app.log","to":"/srv/app.log.1"}]},
                {"path":"/srv/b.log","outcome":"skipped","reason":"empty","bytes":0,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"steps":[]},
                {"path":"/srv/c.log","outcome":"skipped","reason":"empty","bytes":0,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"steps":[]}],"faults":[]}],"faults":[],"warnings":[
                {"code":"unsupported","location":"/etc/l.conf:3","hint":"mail is not supported"}]}

                """)
    }

    @Test("One JSON object a line: logs with their stanza, faults, warnings, and the summary as the last")
    func ndjson() throws {
        let lines = SyntheticRotation.text(SyntheticRotation.mixed(), "ndjson").split(separator: "\n").map(String.init)
        #expect(lines.count == 1 + 6 + 1 + 1 + 1)
        #expect(
            lines[0]
                == #"{"type":"stanza","pattern":"/var/log/nginx/*.log","place":"/etc/l.d/nginx:1","steps":[{"action":"script","path":"/var/log/nginx/*.log","detail":"lastaction"}]}"#
        )
        #expect(
            lines[3]
                == #"{"type":"log","pattern":"/var/log/nginx/*.log","place":"/etc/l.d/nginx:1","path":"/var/log/nginx/old.log","outcome":"skipped","reason":"not due","bytes":0,"compressed":0,"bytes_before":0,"bytes_after":0,"removed":0,"steps":[]}"#
        )
        #expect(
            lines[4]
                == #"{"type":"fault","pattern":"/var/log/nginx/*.log","place":"/etc/l.d/nginx:1","code":"script","location":"/etc/l.d/nginx:9","hint":"lastaction: exit status 3"}"#
        )
        #expect(
            lines[8]
                == #"{"type":"warning","code":"unsupported","location":"/etc/l.conf:3","hint":"mail is not supported"}"#
        )
        #expect(
            lines[9]
                == #"{"type":"summary","muster":"0.1.0","dry":false,"interrupted":false,"recovered":0,"unfinished":0,"elapsed_us":120000,"stanzas":2,"logs":6,"rotated":2,"compressed":1,"bytes_before":1048576,"bytes_after":65536,"removed":1,"skipped":3,"skip_reasons":{"empty":2,"not due":1},"failed":1,"failure_codes":{"disk":1},"fault_codes":{"script":1},"truncated":1,"bytes_at_risk":12}"#
        )
    }

    @Test("A dry run counts the steps it lists")
    func dry() throws {
        let totals = RotationTotals(SyntheticRotation.mixed(isDry: true))
        #expect(totals.compressed == 1)
        #expect(totals.removed == 1)
        #expect(SyntheticRotation.text(SyntheticRotation.mixed(isDry: true), "json").contains(#""dry":true"#))
    }

    @Test("Hostile texts come back as they were, from another reader too", arguments: ["json", "ndjson"])
    func hostile(_ name: String) throws {
        let report = SyntheticRotation.hostile
        let text = SyntheticRotation.text(report, name)
        let objects = name == "json" ? [text] : text.split(separator: "\n").map(String.init)
        var paths: [String] = []
        for object in objects {
            let value = try #require(try JSONSerialization.jsonObject(with: Data(object.utf8)) as? [String: Any])
            let stanzas = value["stanzas"] as? [[String: Any]] ?? []
            paths += stanzas.flatMap { $0["logs"] as? [[String: Any]] ?? [] }.compactMap { $0["path"] as? String }
            if let path = value["path"] as? String { paths.append(path) }
        }
        #expect(paths == report.stanzas.flatMap(\.logs).map(\.path))
    }
}
