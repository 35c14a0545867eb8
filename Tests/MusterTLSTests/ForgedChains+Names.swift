import MusterTLS

private typealias W = WrittenDER

/// Name constraints (RFC 5280 §4.2.1.10) and server names (RFC 9525).
extension ForgedChain {
    /// A leaf with more names, below an authority with constraints.
    private static func constrained(
        _ what: String, _ finding: String?, permitted: [[UInt8]] = [], excluded: [[UInt8]] = [], names: [[UInt8]] = [],
        by authority: any WritableKeyPath<DraftChain, DraftCertificate> & Sendable = \.middle,
        openssl: SecondOpinion = .same
    ) -> ForgedChain {
        let all = [W.dns(Lab.name)] + names
        let subject = authority == \DraftChain.root ? "root" : authority == \DraftChain.upper ? "upper" : "middle"
        let change: @Sendable (inout DraftChain) -> Void = {
            $0.leaf.set(.alternativeNames, W.sequence(all))
            $0[keyPath: authority].add(
                .nameConstraints, critical: true, W.constraints(permitted: permitted, excluded: excluded))
        }
        guard let finding else { return .init("4.2.1.10", what, openssl: openssl, change) }
        let problem = finding.hasPrefix("a name constraint on") ? "unsupported" : "chainRules"
        let text = problem == "unsupported" ? finding : "it \(finding)"
        return .init("4.2.1.10", what, "\(problem): CN=\(subject): \(text)", openssl: openssl, change)
    }

    static let dnsConstraints: [ForgedChain] = [
        constrained("the name itself is permitted", nil, permitted: [W.dns(Lab.name)]),
        constrained("all names of a domain are permitted", nil, permitted: [W.dns("lab.example")]),
        constrained("letter case does not matter", nil, permitted: [W.dns("LAB.Example")]),
        constrained(
            "another domain is permitted", "does not permit the name web.lab.example", permitted: [W.dns("lab.test")]),
        constrained(
            "a domain is permitted whose name only ends the same", "does not permit the name web.lab.example",
            permitted: [W.dns("b.example")]),
        constrained(
            "a name below is permitted", "does not permit the name web.lab.example",
            permitted: [W.dns("a.web.lab.example")]),
        constrained(
            "one name of two is permitted", "does not permit the name bank.test", permitted: [W.dns("lab.example")],
            names: [W.dns("bank.test")]),
        constrained(
            "one name of a wildcard is permitted", "does not permit the name *.x.test",
            permitted: [W.dns("lab.example"), W.dns("a.x.test")], names: [W.dns("*.x.test")]),
        constrained(
            "the root permits another domain", "does not permit the name web.lab.example",
            permitted: [W.dns("lab.test")], by: \.root),
        constrained(
            "an authority further up permits another domain", "does not permit the name web.lab.example",
            permitted: [W.dns("lab.test")], by: \.upper),
        constrained("the name is excluded", "excludes the name web.lab.example", excluded: [W.dns("web.lab.example")]),
        constrained("its domain is excluded", "excludes the name web.lab.example", excluded: [W.dns("lab.example")]),
        constrained(
            "its domain is excluded in capitals", "excludes the name web.lab.example", excluded: [W.dns("LAB.EXAMPLE")]),
        constrained(
            "its domain is excluded with a leading period", "excludes the name web.lab.example",
            excluded: [W.dns(".lab.example")]),
        constrained("every name is excluded", "excludes the name web.lab.example", excluded: [W.dns("")]),
        constrained(
            "what is permitted is excluded as well", "excludes the name web.lab.example",
            permitted: [W.dns("lab.example")], excluded: [W.dns("web.lab.example")]),
        constrained(
            "one name of a wildcard is excluded", "excludes the name *.x.test", excluded: [W.dns("a.x.test")],
            names: [W.dns("*.x.test")], openssl: .other),
        constrained(
            "the domain of a wildcard is excluded", "excludes the name *.x.test", excluded: [W.dns("x.test")],
            names: [W.dns("*.x.test")]),
        constrained(
            "a domain above a wildcard is excluded", "excludes the name *.x.test", excluded: [W.dns("test")],
            names: [W.dns("*.x.test")]),
        constrained(
            "the root excludes", "excludes the name web.lab.example", excluded: [W.dns("lab.example")], by: \.root),
        constrained(
            "a name with a final period is no way out", "excludes the name bank.test.",
            excluded: [W.dns("bank.test")], names: [W.dns("bank.test.")], openssl: .other),
        constrained(
            "nor is a name that is none", "constrains the malformed name bank..test",
            excluded: [W.dns("bank.test")], names: [W.dns("bank..test")], openssl: .other),
        .init(
            "6.1.4 (g)", "an authority permits what the one above does not",
            "chainRules: CN=upper: it does not permit the name web.lab.example"
        ) {
            $0.upper.add(.nameConstraints, critical: true, W.constraints(permitted: [W.dns("lab.test")]))
            $0.middle.add(.nameConstraints, critical: true, W.constraints(permitted: [W.dns("lab.example")]))
        },
        .init(
            "6.1.4 (g)", "two authorities permit what they have not in common",
            "chainRules: CN=middle: it does not permit the name web.lab.example"
        ) {
            $0.upper.add(.nameConstraints, critical: true, W.constraints(permitted: [W.dns("lab.example")]))
            $0.middle.add(.nameConstraints, critical: true, W.constraints(permitted: [W.dns("mail.lab.example")]))
        },
        .init(
            "6.1.3 (b)", "names of an issuer are constrained as well",
            "chainRules: CN=upper: it excludes the name bank.test"
        ) {
            $0.upper.add(.nameConstraints, critical: true, W.constraints(excluded: [W.dns("bank.test")]))
            $0.middle.add(.alternativeNames, W.sequence(W.dns("bank.test")))
        },
        .init(
            "4.2.1.10", "constraints that are not critical count too",
            "chainRules: CN=middle: it excludes the name web.lab.example"
        ) { $0.middle.add(.nameConstraints, W.constraints(excluded: [W.dns("lab.example")])) },
        .init(
            "4.2.1.10", "constraints of a leaf", "chainRules: name constraints, though it is no authority",
            openssl: .other
        ) { $0.leaf.add(.nameConstraints, critical: true, W.constraints(permitted: [W.dns("lab.example")])) },
        .init(
            "6.1.3 (b)", "a leaf that issued itself is constrained all the same",
            "chainRules: CN=middle: it excludes the name web.lab.example"
        ) {
            $0.leaf.subject = W.name("middle")
            $0.middle.add(.nameConstraints, W.constraints(excluded: [W.dns("lab.example")]))
        },
    ]

    private static let ipv6 = [UInt8](repeating: 0x20, count: 16)
    private static let anyIPv6 = [UInt8](repeating: 0, count: 32)

    static let otherConstraints: [ForgedChain] = [
        constrained(
            "a range of addresses", nil, permitted: [W.ip([10, 0, 0, 0, 255, 0, 0, 0])], names: [W.ip([10, 9, 9, 9])]),
        constrained(
            "an address beside the range", "does not permit the name 11.0.0.1",
            permitted: [W.ip([10, 0, 0, 0, 255, 0, 0, 0])], names: [W.ip([11, 0, 0, 1])]),
        constrained(
            "an address of the other family", "does not permit the name 2020:2020:2020:2020:2020:2020:2020:2020",
            permitted: [W.ip([10, 0, 0, 0, 255, 0, 0, 0])], names: [W.ip(ipv6)]),
        constrained(
            "an excluded address", "excludes the name 10.1.2.3", excluded: [W.ip([10, 1, 0, 0, 255, 255, 0, 0])],
            names: [W.ip([10, 1, 2, 3])]),
        constrained(
            "all addresses of a family excluded", "excludes the name 2020:2020:2020:2020:2020:2020:2020:2020",
            excluded: [W.ip(anyIPv6)], names: [W.ip(ipv6)]),
        constrained("a mailbox", nil, permitted: [W.email("a@x.test")], names: [W.email("a@X.test")]),
        constrained(
            "another mailbox", "does not permit the name b@x.test", permitted: [W.email("a@x.test")],
            names: [W.email("b@x.test")]),
        constrained(
            "a mailbox in other letters, which is another", "does not permit the name A@x.test",
            permitted: [W.email("a@x.test")], names: [W.email("A@x.test")]),
        constrained(
            "a mailbox of a host below", "does not permit the name a@y.x.test", permitted: [W.email("x.test")],
            names: [W.email("a@y.x.test")]),
        constrained(
            "a mailbox of the domain itself", "does not permit the name a@x.test", permitted: [W.email(".x.test")],
            names: [W.email("a@x.test")]),
        constrained(
            "an excluded mailbox", "excludes the name a@bank.test", excluded: [W.email("bank.test")],
            names: [W.email("a@bank.test")]),
        constrained(
            "a mailbox without a host", "constrains the malformed name bank.test", excluded: [W.email("bank.test")],
            names: [W.email("bank.test")]),
        .init("6.1.4 (g)", "a mailbox in the subject", "chainRules: CN=middle: it excludes the name a@bank.test") {
            $0.leaf.subject = W.name(W.node(22, Array("a@bank.test".utf8)), "1.2.840.113549.1.9.1")
            $0.middle.add(.nameConstraints, W.constraints(excluded: [W.email("bank.test")]))
        },
        constrained(
            "the host of a URI", nil, permitted: [W.uri(".x.test")], names: [W.uri("https://u@a.X.test:8/p?q@b")]),
        constrained(
            "another host of a URI", "does not permit the name https://bank.test/", permitted: [W.uri(".x.test")],
            names: [W.uri("https://bank.test/")]),
        constrained(
            "a user that looks like the host", "does not permit the name https://a.x.test@bank.test/",
            permitted: [W.uri(".x.test")], names: [W.uri("https://a.x.test@bank.test/")]),
        constrained(
            "an excluded host of a URI", "excludes the name https://BANK.test/", excluded: [W.uri("bank.test")],
            names: [W.uri("https://BANK.test/")]),
        constrained(
            "a URI without a host", "constrains the malformed name urn:x:y", permitted: [W.uri(".x.test")],
            names: [W.uri("urn:x:y")]),
        constrained(
            "a URI with an address", "constrains the malformed name https://10.0.0.1/", permitted: [W.uri(".x.test")],
            names: [W.uri("https://10.0.0.1/")]),
        constrained("a directory name", nil, permitted: [W.directory(W.name("leaf"))]),
        constrained(
            "another directory name", "does not permit the name CN=leaf", permitted: [W.directory(W.name("x"))]),
        constrained(
            "an excluded directory name", "excludes the name CN=leaf", excluded: [W.directory(W.name("leaf"))]),
        constrained(
            "one spelt in another kind of string and other letters", "excludes the name CN=leaf",
            excluded: [W.directory(W.name(W.printable("LEAF ")))]),
        constrained(
            "all directory names excluded", "excludes the name CN=leaf", excluded: [W.directory(W.sequence())]),
        .init("6.1.3 (b)", "the directory name of an issuer", "chainRules: CN=upper: it excludes the name CN=middle") {
            $0.upper.add(.nameConstraints, W.constraints(excluded: [W.directory(W.name("middle"))]))
        },
        constrained("kinds that are not there", nil, excluded: [W.otherName, W.registered]),
        constrained(
            "a kind that cannot be compared", "a name constraint on other names", excluded: [W.otherName],
            names: [W.otherName]),
        constrained(
            "another", "a name constraint on registered ID names", permitted: [W.registered], names: [W.registered]),
    ]

    /// Constraints that are not as RFC 5280 §4.2.1.10 has them: nobody knows what they allow.
    private static func malformed(
        _ what: String, _ value: [UInt8], _ openssl: SecondOpinion = .same
    ) -> ForgedChain {
        .init("4.2.1.10", what, "chainRules: CN=middle: its name constraints cannot be read", openssl: openssl) {
            $0.middle.add(.nameConstraints, critical: true, value)
        }
    }

    static let malformedConstraints: [ForgedChain] = [
        malformed("neither permitted nor excluded", W.sequence(), .other),
        malformed("no sequence", W.null),
        malformed("an empty list", W.sequence(W.node(0xA1, [])), .other),
        malformed("a name without its sequence", W.sequence(W.node(0xA1, W.dns("x.test")))),
        malformed(
            "a minimum", W.sequence(W.node(0xA0, W.sequence(W.dns("lab.example"), W.node(0x80, [1]))))),
        malformed(
            "a maximum", W.sequence(W.node(0xA0, W.sequence(W.dns("lab.example"), W.node(0x81, [9]))))),
        malformed("a range of seven octets", W.constraints(excluded: [W.ip([10, 0, 0, 0, 255, 0, 0])]), .other),
        malformed("a range without mask", W.constraints(excluded: [W.ip([10, 0, 0, 0])]), .other),
        malformed("a mask with holes", W.constraints(excluded: [W.ip([10, 0, 0, 0, 255, 0, 255, 0])]), .other),
        malformed(
            "a mask with a hole in an octet", W.constraints(excluded: [W.ip([10, 0, 0, 0, 255, 5, 0, 0])]), .other),
        malformed("a wildcard", W.constraints(excluded: [W.dns("*.x.test")]), .other),
        malformed("an empty label", W.constraints(excluded: [W.dns("x..test")]), .other),
        malformed("a final period", W.constraints(excluded: [W.dns("x.test.")]), .other),
        malformed("a period alone", W.constraints(permitted: [W.dns(".")])),
        malformed("a DNS name that is not ASCII", W.constraints(excluded: [W.dns("bücher.test")]), .other),
        malformed("a mailbox without a host", W.constraints(excluded: [W.email("a@")]), .other),
        malformed("a URI in the place of its host", W.constraints(excluded: [W.uri("https://x.test/")]), .other),
        malformed("an address in the place of a host", W.constraints(excluded: [W.uri("10.0.0.1")]), .other),
    ]

    /// A leaf with these names, asked for by another.
    private static func named(
        _ what: String, _ asked: ServerName, _ names: [[UInt8]], _ findings: [String] = ["wrongName: "],
        openssl: SecondOpinion = .same
    ) -> ForgedChain {
        let change: @Sendable (inout DraftChain) -> Void = {
            $0.leaf.subject = W.name(Lab.name)
            $0.leaf.remove(.alternativeNames)
            if !names.isEmpty { $0.leaf.add(.alternativeNames, W.sequence(names)) }
        }
        return findings.isEmpty
            ? .init("9525 6", what, openssl: openssl, asked: asked, change)
            : .init("9525 6", what, findings[0], openssl: openssl, asked: asked, change)
    }

    static let serverNames: [ForgedChain] = [
        named("a wildcard for one label", .dns("a.x.test"), [W.dns("*.x.test")], []),
        named("a wildcard and an internationalized name", .dns("xn--bcher-kva.x.test"), [W.dns("*.x.test")], []),
        named("the wildcard's own domain", .dns("x.test"), [W.dns("*.x.test")]),
        named("a wildcard for two labels", .dns("a.b.x.test"), [W.dns("*.x.test")]),
        named("a wildcard below a top-level domain", .dns("bank.test"), [W.dns("*.test")]),
        named("a wildcard alone", .dns("bank.test"), [W.dns("*")]),
        named("a wildcard and a period", .dns("bank.test"), [W.dns("*.")]),
        named("a wildcard as a part of a label", .dns("bank.x.test"), [W.dns("b*.x.test")], openssl: .other),
        named("a wildcard at the end of a label", .dns("bank.x.test"), [W.dns("*k.x.test")], openssl: .other),
        named("a wildcard within an A-label", .dns("xn--bcher-kva.x.test"), [W.dns("xn--*.x.test")]),
        named("a wildcard further right", .dns("a.b.x.test"), [W.dns("a.*.x.test")]),
        named("two wildcards", .dns("a.b.x.test"), [W.dns("*.*.x.test")]),
        named("the common name alone", .dns(Lab.name), [], openssl: .other),
        named("the common name beside an address", .dns(Lab.name), [W.ip([10, 0, 0, 1])], openssl: .other),
        named("the common name beside another name", .dns(Lab.name), [W.dns("x.test")]),
        named("a name with a final period", .dns("x.test"), [W.dns("x.test.")]),
        named("a name that ends too late", .dns("bank.test"), [W.dns("bank.test.evil.test")]),
        named("a name that begins too early", .dns("bank.test"), [W.dns("evilbank.test")]),
        named("a U-label asked for as an A-label", .dns("xn--bcher-kva.x.test"), [W.dns("bucher.x.test")]),
        named("an address", .ip([10, 0, 0, 1]), [W.ip([10, 0, 0, 1])], []),
        named("another address", .ip([10, 0, 0, 1]), [W.ip([10, 0, 0, 2])]),
        named("an address as a DNS name", .ip([10, 0, 0, 1]), [W.dns("10.0.0.1")]),
        named("an address below a wildcard", .ip([10, 0, 0, 1]), [W.dns("*.0.0.1")]),
        named("an address as a URI", .ip([10, 0, 0, 1]), [W.uri("https://10.0.0.1/")]),
        named(
            "an address in its IPv6 form", .ip([10, 0, 0, 1]),
            [W.ip([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1])]),
        named("a name as a mailbox", .dns("x.test"), [W.email("a@x.test")]),
    ]
}
