package import JSON

/// Where an application keeps tokens and revocations in Redis. It is data, read from JSON. Every
/// name of a key comes from here; no command has one of its own.
///
/// A token is revoked if the blacklist or a cutoff says so, and, in layouts with a whitelist, if
/// that does not contain it.
package struct Layout: Sendable {
    /// How it was tested that an application reads what this layout writes.
    package enum Proof: String, CaseIterable, Sendable {
        /// The application itself was run on the same Redis.
        case application
        /// The bytes were compared with those that its platform writes.
        case platform
        /// Its source was read, nothing more.
        case source
    }

    /// The layout's name, as `--layout` takes it.
    package internal(set) var name: String
    /// What it is for, in one line.
    package internal(set) var summary = ""
    /// Where it was read.
    package internal(set) var origin: String?
    package internal(set) var proof = Proof.source
    package internal(set) var onOutage = Outage.unknown
    /// Where that was read, or what it depends on.
    package internal(set) var onOutageSource: String?
    /// What a user has to know, a sentence each.
    package internal(set) var notes: [String] = []
    /// Other layouts with the same keys that mean the opposite, each with what tells the two apart.
    package internal(set) var mistakenFor: [(name: String, difference: String)] = []
    /// Its variables with the values that hold here.
    package internal(set) var variables: [(name: String, value: String)] = []
    /// The variables without a value. A layout that has some can be shown and detected, but not
    /// used.
    package internal(set) var missingVariables: [String] = []
    /// The data that it was made from, with what comes from parents and the values of variables.
    package internal(set) var definition = JSONObject()

    package internal(set) var naming = Naming()
    /// The blacklist.
    package internal(set) var deny: DenyStore?
    /// The whitelist, where it has a key for each token.
    package internal(set) var allow: AllowStore?
    /// The token lists; where `isRequired`, they are the whitelist.
    package internal(set) var list: ListStore?
    /// How a user's tokens are found in layouts without lists.
    package internal(set) var index: IndexStore?
    package internal(set) var userCutoff: CutoffStore?
    package internal(set) var globalCutoff: CutoffStore?
    package internal(set) var version: VersionStore?
    package internal(set) var ban: BanStore?
    /// Variables whose values the application itself keeps in Redis.
    package internal(set) var keptVariables: [KeptVariable] = []
    var audit: AuditStore?
    var announcement: AnnounceStore?
    /// All stores, in the order in which the layout describes them.
    var describedStores: [any LayoutStore] = []

    init(name: String) { self.name = name }

    /// All stores, in an order that is the same for every layout: what is asked about keys, and in
    /// which order, does not depend on how a file is written.
    var allStores: [any LayoutStore] {
        let tokens: [(any LayoutStore)?] = [deny, allow, list, index]
        let users: [(any LayoutStore)?] = [userCutoff, globalCutoff, version, ban]
        let changes: [(any LayoutStore)?] = [audit, announcement]
        return (tokens + users).compactMap(\.self) + keptVariables + changes.compactMap(\.self)
    }

    /// The stream with one entry for each change.
    package var auditKey: [UInt8]? { audit?.key }
    /// The channel on which services that cache state hear of changes.
    package var channel: [UInt8]? { announcement?.channel }
    /// Whether that channel gets every change; see `AnnounceStore`.
    package var announcesAll: Bool { announcement?.tellsAll ?? false }

    /// The stores in words, in the order of the layout's data.
    package var storeDescriptions: [StoreDescription] {
        describedStores.map { $0.description(in: self) }
    }

    /// The value of a variable.
    package func variable(_ name: String) -> String? {
        variables.first { $0.name == name }?.value
    }
}
