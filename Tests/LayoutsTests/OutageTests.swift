import JSON
import Testing

@testable import Layouts

/// What layouts say about an application that cannot reach Redis.
@Suite struct OutageTests {
    /// Presets whose applications accept tokens that they cannot check.
    private static let open: Set<String> = [
        "open-webui", "express-jwt-blacklist", "rails-cache", "lexik",
    ]

    /// Presets of which it is not known, or that may be set up either way.
    private static let unknown: Set<String> = [
        "blacklist-jti", "spring-oauth2-jwt", "kong-jwt-blacklist", "caddy-jwt-blacklist",
        "django-cache", "spring-redishash", "user-zset",
    ]

    @Test(arguments: Presets.names)
    func `a preset says what its application does, and where that was read`(
        _ name: String
    ) throws {
        let layout = try LayoutReader.preset(name, for: .show)
        let expected: Layout.Outage =
            Self.open.contains(name) ? .open : Self.unknown.contains(name) ? .unknown : .closed
        #expect(layout.onOutage == expected)
        #expect(layout.onOutageSource?.isEmpty == false)
    }

    @Test func `the lists above name presets`() {
        #expect(Self.open.union(Self.unknown).isSubset(of: Presets.names))
        #expect(Self.open.isDisjoint(with: Self.unknown))
    }

    private func read(_ members: String) throws -> Layout {
        try LayoutReader.read(
            Array(
                """
                { "name": "mine", \(members) "stores": [
                  { "role": "deny", "type": "string", "key": "d:${id}", "value": "1" } ] }
                """.utf8))
    }

    @Test(arguments: Layout.Outage.allCases)
    func `each word is read, with or without its source`(_ outage: Layout.Outage) throws {
        let word = #""on_outage": "\#(outage.rawValue)","#
        let layout = try read(word)
        #expect(layout.onOutage == outage && layout.onOutageSource == nil)
        let sourced = try read(word + #" "on_outage_source": "tried in June","#)
        #expect(sourced.onOutage == outage && sourced.onOutageSource == "tried in June")
    }

    @Test func `without the word it is unknown, and the data says so`() throws {
        let layout = try read("")
        #expect(layout.onOutage == .unknown && layout.onOutageSource == nil)
        #expect(layout.definition["on_outage"] == "unknown")
        #expect(layout.definition["on_outage_source"] == nil)
    }

    @Test(
        arguments: [
            "", #""on_outage": "open","#,
            #""on_outage": "closed", "on_outage_source": "tried in June","#,
        ])
    func `the data is read again as the same`(_ members: String) throws {
        let layout = try read(members)
        let copy = try LayoutReader.read(layout.definition.encoded())
        #expect(copy.onOutage == layout.onOutage)
        #expect(copy.onOutageSource == layout.onOutageSource)
        #expect(copy.definition == layout.definition)
    }

    @Test func `a child does not have it from its parent`() throws {
        let file = #"{ "name": "mine", "extends": "rails-cache" }"#
        let child = try LayoutReader.read(Array(file.utf8))
        #expect(child.onOutage == .unknown && child.onOutageSource == nil)
        #expect(child.definition["on_outage"] == "unknown")
        #expect(child.definition["on_outage_source"] == nil)
    }

    @Test func `a wrong word, and a source of nothing, are refused`() {
        func problem(_ members: String) -> LayoutError.Problem? {
            do {
                _ = try read(members)
                return nil
            } catch {
                return (error as? LayoutError)?.problem
            }
        }
        #expect(
            problem(#""on_outage": "Open","#)
                == .notAmong("Open", Layout.Outage.allCases.map(\.rawValue)))
        #expect(problem(#""on_outage_source": "its manual","#) == .missingMember("on_outage"))
        #expect(problem(#""on_outage": "open", "on_outage_source": "","#) == .emptyText)
    }
}
