import MusterRotation
import MusterTesting
import Testing

@Suite("Hostile configurations")
struct HostileConfigurationTests {
    private static let good = """
        # Defaults
        weekly
        rotate 4
        tabooext + .x , .y
        compresscmd /usr/bin/xz
        include /d

        "/var/log/a b" '/var/log/c' ~/d /e/{f,g}/*.log {
            daily
            size = 100k
            create 0640 root adm
            su www-data adm
            compressoptions -9 -T0
            postrotate
                if x; then { y; }; fi
            endscript
            mail a@b.c
        }
        /h
        /i { notifempty }
        /j {
            prerotate
                z
            endscript # tail
        } # tail
        """

    @Test("Three thousand damaged configurations are read without a crash, and what stands is sound")
    func mutations() {
        var dice = Dice(7)
        for _ in 0..<3_000 {
            let bytes = Mutations.mutated(Array(Self.good.utf8), using: &dice)
            let configuration = TextSource(bytes: ["/c": bytes, "/d/a": Array("monthly\n/k {}\n".utf8)]).read()
            let lines = bytes.count { $0 == 10 } + 1
            #expect(configuration.faults.count <= 1_001 && configuration.stanzas.count <= lines * 4)
            for stanza in configuration.stanzas {
                #expect(!stanza.patterns.isEmpty && stanza.patterns.allSatisfy { $0.hasPrefix("/") })
                #expect(1...lines ~= stanza.place.line)
            }
            for fault in configuration.faults {
                #expect(!fault.hint.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }

    @Test("Every beginning of a configuration is read")
    func beginnings() {
        let bytes = Array(Self.good.utf8)
        var complete = 0
        for count in 0...bytes.count {
            let configuration = TextSource(bytes: ["/c": Array(bytes[..<count]), "/d/a": []]).read()
            complete += configuration.faults.isEmpty ? 1 : 0
        }
        #expect(complete > 20)
        #expect(TextSource(bytes: ["/c": bytes, "/d/a": []]).read().stanzas.count == 3)
    }

    @Test(
        "Half a megabyte of anything are read in time that grows with them, and tell a bounded number of faults",
        arguments: [
            "{", "}", "/a{", "/a {\n", "/a{}", "\"", "'", "\\", "#", "\n", "\0", "a", "a ", "x=", "rotate ",
            "rotate x\n", "/",
            "/a ", "postrotate\n", "postrotate\n}\n/a {\n", "/a { postrotate\n}\n", "postrotat\n", "/a {\npostrotat\n",
            "endscript\n", "include /c\n", "include /no\n", "/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} ", "{,", "/{,", "/a{b,c ",
            "weekly ", "daily=", "daily ", "compress # x\n", "tabooext + a\n", "/a\\", "/a { create ", "   ", "/a {} ",
            "/a\n",
            "/a { rotate 1 }\n", "\r", "/a b {\n}\n",
        ])
    func floods(piece: String) {
        let size = 1 << 19
        let piece = Array(piece.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + piece.count)
        while bytes.count < size { bytes += piece }
        let configuration = TextSource(bytes: ["/c": bytes]).read()
        #expect(configuration.faults.count <= 1_001)
        #expect(configuration.warnings.count <= 1_000)
        #expect(configuration.stanzas.count <= 100_000)
        #expect(configuration.faults.allSatisfy { $0.hint.utf8.count < 1_000 })
    }

    @Test("A file beyond 16 MiB is refused, one of just that size is read")
    func size() {
        let large = [UInt8](repeating: 0x20, count: 16 << 20)
        #expect(TextSource(bytes: ["/c": large]).read().faults == [])
        #expect(TextSource(bytes: ["/c": large + [0x20]]).read().brief == ["malformed /c"])
    }
}
