extension Action {
    /// The arguments for the tool; `text` is the token's, `user` whose it is.
    func arguments(text: String, user: String) -> [String] {
        switch self {
        case .issue(let user): ["issue", "--json", "--expires-in", "3h", "--sub", user]
        case .renew: ["renew", "--json", text]
        case .revoke(_, .token): ["revoke", "--json", text]
        case .revoke(let id, .user): ["revoke", "--json", "--user", user, "--", id]
        case .revoke(let id, .lifetime): ["revoke", "--json", "--ttl", "4h", "--", id]
        case .restore(_, .token): ["restore", "--json", "--yes", "--reason", "test", text]
        case .restore(let id, _):
            ["restore", "--json", "--yes", "--reason", "test", "--user", user, "--", id]
        case .logout(let user, nil): ["logout-all", "--json", "--", user]
        case .logout(let user, .some): ["logout-all", "--json", "--keep", text, "--", user]
        case .look(_, .status): ["status", "--json", text]
        case .look: ["verify", "--json", text]
        case .list(let user, _): ["list", "tokens", "--json", "--", user]
        }
    }
}
