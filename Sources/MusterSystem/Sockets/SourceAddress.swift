internal import CMusterLinux
package import MusterCore

/// How this machine would reach addresses, asked without sending anything.
package enum SourceAddress {
    /// The address that the kernel would send from, nil where it has no route.
    package static func toward(_ address: IPAddress) -> IPAddress? {
        var to = Endpoint(address, port: 0).raw
        var from = cml_endpoint()
        guard unsafe cml_source_address(&to, &from) == 0 else { return nil }
        return Endpoint(from).address
    }

    /// The index of a network interface by its name, nil where there is none.
    package static func interfaceIndex(named name: String) -> UInt32? {
        let index = unsafe name.withCString { unsafe cml_interface_index($0) }
        return index == 0 ? nil : index
    }
}
