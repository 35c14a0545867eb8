/// The sets that have a name in patterns.
enum ScalarClass {
    /// `\d`, `\s`, `\w` and their opposites; nil for other letters.
    static func perl(_ letter: UInt32) -> ScalarSet? {
        switch letter {
        case 0x64: ScalarSet([48...57])
        case 0x73: ScalarSet([9...10, 12...13, 32...32])
        case 0x77: word
        case 0x44, 0x53, 0x57: perl(letter | 0x20)?.inverted
        default: nil
        }
    }

    static let word = ScalarSet([48...57, 65...90, 95...95, 97...122])

    /// What `[:name:]` stands for, of ASCII alone.
    static func posix(_ name: String) -> ScalarSet? {
        switch name {
        case "alnum": ScalarSet([48...57, 65...90, 97...122])
        case "alpha": ScalarSet([65...90, 97...122])
        case "ascii": ScalarSet([0...127])
        case "blank": ScalarSet([9...9, 32...32])
        case "cntrl": ScalarSet([0...31, 127...127])
        case "digit": ScalarSet([48...57])
        case "graph": ScalarSet([33...126])
        case "lower": ScalarSet([97...122])
        case "print": ScalarSet([32...126])
        case "punct": ScalarSet([33...47, 58...64, 91...96, 123...126])
        case "space": ScalarSet([9...13, 32...32])
        case "upper": ScalarSet([65...90])
        case "word": word
        case "xdigit": ScalarSet([48...57, 65...70, 97...102])
        default: nil
        }
    }

    /// What `\p{name}` stands for: a general category (Unicode §4.5), `L`, `Lu`, …, or `Any`.
    static func category(_ name: String) -> ScalarSet? {
        if name == "Any" { return .all }
        let wanted = categories.filter { name.utf8.count == 1 ? $0.key.hasPrefix(name) : $0.key == name }
        return wanted.isEmpty ? nil : ScalarSet(wanted.values.flatMap { $0 })
    }

    /// By name, found in the standard library's tables when a pattern first asks.
    private static let categories: [String: [ClosedRange<UInt32>]] = {
        var result: [String: [ClosedRange<UInt32>]] = [
            "Co": [0xe000...0xf8ff, 0xf_0000...0xf_fffd, 0x10_0000...0x10_fffd], "Cs": [0xd800...0xdfff],
        ]
        var (start, current) = (UInt32(0), nil as String?)
        // The planes between, and those behind, have nothing or are private.
        for block in [UInt32(0)..<0x4_0000, 0xe_0000..<0xe_1000] {
            for scalar in block {
                let name = Unicode.Scalar(scalar).flatMap { abbreviation($0.properties.generalCategory) }
                if name == current { continue }
                if let current { result[current, default: []].append(start...scalar - 1) }
                (start, current) = (scalar, name)
            }
            if let current { result[current, default: []].append(start...block.upperBound - 1) }
            current = nil
        }
        return result
    }()

    private static func abbreviation(_ category: Unicode.GeneralCategory) -> String? {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        // Above, or in no class at all.
        case .surrogate, .privateUse, .unassigned: nil
        @unknown default: nil
        }
    }
}
