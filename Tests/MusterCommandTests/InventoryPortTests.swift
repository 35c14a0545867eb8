import MusterCore
import MusterProbes
import MusterTesting
import Testing

@testable import muster

@Suite("Ports that a run may connect to")
struct InventoryPortTests {
    @Test(
        "They are known where no template makes them",
        arguments: [
            (#""tcp": { "port": 22 }"#, [22]), (#""tcp": { "port": "{port}" }"#, nil),
            (#""http": { "url": "http://{address}/" }"#, [80]),
            (#""http": { "url": "https://{name}:8443/{x}" }"#, [8443]),
            (#""http": { "url": "http://{address}:{port}/" }"#, nil), (#""http": { "url": "http://{x}/" }"#, nil),
            (#""dns": { "server": "{address}", "name": "a.test" }"#, [53]), (#""dns": { "name": "a.test" }"#, []),
            (#""dns": { "server": "127.0.0.1:5353", "name": "a.test" }"#, [5353]),
            (#""dns": { "server": "{address}:{port}", "name": "a.test" }"#, nil),
        ] as [(String, [UInt16]?)])
    func ports(_ check: String, _ ports: [UInt16]?) throws {
        let folder = TemporaryFolder()
        let text = """
            { "version": 1, "checks": { "c": { \(check) } }, "groups": { "g": { "checks": ["c"],
              "hosts": [{ "name": "a", "address": "127.0.0.1", "vars": { "port": "9", "x": "http" } }] } } }
            """
        let path = try folder.file("fleet.json", Array(text.utf8))
        let resolver = Resolver(ResolverConfiguration(resolvConf: "nameserver 127.0.0.1", hosts: ""))
        let loaded = try LoadedInventory.read(path, ProbeEnvironment(resolver: resolver))
        #expect(loaded.ports == ports.map { Set($0 + [53]) })
    }
}
