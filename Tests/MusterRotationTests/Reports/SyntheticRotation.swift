import MusterCore

@testable import MusterRotation

/// Reports of rotations that never were.
enum SyntheticRotation {
    typealias Report = RotationReport

    static func log(_ path: String, skipped reason: String) -> Report.Log {
        var log = Report.Log(path: path, outcome: .skipped)
        log.reason = reason
        return log
    }

    /// Two stanzas with all that can happen to a log.
    static func mixed(isDry: Bool = false) -> Report {
        var report = Report(version: "0.1.0", isDry: isDry)
        report.seconds = 0.12
        report.warnings = [.init(code: "unsupported", location: "/etc/l.conf:3", hint: "mail is not supported")]
        var nginx = Report.Stanza(pattern: "/var/log/nginx/*.log", place: "/etc/l.d/nginx:1")
        var access = Report.Log(path: "/var/log/nginx/access.log", outcome: .rotated)
        access.bytes = 2_097_152
        access.steps = [
            .init(action: "compress", path: "/var/log/nginx/access.log.1", to: "/var/log/nginx/access.log.1.gz"),
            .init(action: "rename", path: "/var/log/nginx/access.log", to: "/var/log/nginx/access.log.1"),
            .init(action: "create", path: "/var/log/nginx/access.log", detail: "0640 root:adm"),
            .init(action: "remove", path: "/var/log/nginx/access.log.5.gz", detail: "beyond rotate 4"),
        ]
        var error = Report.Log(path: "/var/log/nginx/error.log", outcome: .failed)
        error.fault = .init(code: "disk", location: "/var/log/nginx/error.log", hint: "cannot rename: no space left")
        if !isDry {
            (access.compressed, access.bytesBefore, access.bytesAfter) = (1, 1_048_576, 65_536)
            access.removed = 1
        }
        nginx.logs = [access, error, log("/var/log/nginx/old.log", skipped: "not due")]
        nginx.steps = [.init(action: "script", path: "/var/log/nginx/*.log", detail: "lastaction")]
        nginx.faults = [.init(code: "script", location: "/etc/l.d/nginx:9", hint: "lastaction: exit status 3")]
        var app = Report.Stanza(pattern: "/srv/app.log /srv/b.log", place: "/etc/l.d/app:4")
        var cut = Report.Log(path: "/srv/app.log", outcome: .rotated)
        cut.bytes = 4096
        cut.steps = [.init(action: "copy", path: "/srv/app.log", to: "/srv/app.log.1")]
        if !isDry { cut.bytesAtRisk = 12 }
        app.logs = [cut, log("/srv/b.log", skipped: "empty"), log("/srv/c.log", skipped: "empty")]
        report.stanzas = [nginx, app]
        return report
    }

    /// Every text of it would move the cursor if it could.
    static var hostile: Report {
        let evil = "a\u{1b}[2J\u{7}\n\r\u{202e}\"b"
        var report = mixed()
        report.faults = [.init(code: evil, location: evil, hint: evil)]
        report.warnings = report.faults
        for index in report.stanzas.indices {
            report.stanzas[index].pattern += evil
            report.stanzas[index].place += evil
            report.stanzas[index].faults = report.faults
            report.stanzas[index].steps = [.init(action: evil, path: evil, to: evil, detail: evil)]
            for log in report.stanzas[index].logs.indices {
                report.stanzas[index].logs[log].path += evil
                report.stanzas[index].logs[log].reason += evil
                report.stanzas[index].logs[log].fault = report.faults[0]
                report.stanzas[index].logs[log].steps = [.init(action: evil, path: evil, to: evil, detail: evil)]
            }
        }
        return report
    }

    static func text(_ report: Report, _ name: String, _ options: RotationReportOptions = .init()) -> String {
        String(decoding: RotationReportCatalog.format(named: name)?.write(report, options) ?? [], as: UTF8.self)
    }
}
