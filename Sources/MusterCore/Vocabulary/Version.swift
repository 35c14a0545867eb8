/// muster's version, as reports and `--version` tell it.
package enum Version {
    package static let text = "0.1.0"
}
