/// Where servers are reached that announce addresses of a network that is not ours: behind NAT, in
/// containers, through forwarded ports.
package struct AddressMap: Equatable, Sendable {
    /// Why a rule was refused.
    package struct InvalidRule: Error, Equatable, Sendable {}

    /// `HOST:PORT=HOST:PORT`, or `HOST=HOST` for all ports of a host. IPv6 stands in brackets.
    package struct Rule: Equatable, Sendable {
        fileprivate let from: Place
        fileprivate let to: Place

        package init(_ text: String) throws(InvalidRule) {
            let sides = text.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw InvalidRule() }
            from = try Place(sides[0])
            to = try Place(sides[1])
            guard (from.port == nil) == (to.port == nil) else { throw InvalidRule() }
        }
    }

    /// A host, and a port where the rule is about one port alone.
    fileprivate struct Place: Equatable, Sendable {
        let host: String
        let port: UInt16?

        init(_ text: Substring) throws(InvalidRule) {
            let isBracketed = text.first == "["
            var host = text
            var port: Substring?
            if let colon = text.lastIndex(of: ":"), !isBracketed || text[..<colon].last == "]" {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            if isBracketed {
                guard host.last == "]" else { throw InvalidRule() }
                host = host.dropFirst().dropLast()
            }
            guard !host.isEmpty, isBracketed == host.contains(":") else { throw InvalidRule() }
            self.host = String(host)
            self.port = try port.map { digits throws(InvalidRule) in
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = UInt16(digits), number > 0
                else { throw InvalidRule() }
                return number
            }
        }
    }

    private let rules: [Rule]

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }

    /// Where `announced` is reached; the first rule that fits is taken.
    func reach(_ announced: Endpoint) -> Endpoint {
        guard case .tcp(let host, let port) = announced else { return announced }
        let rule = rules.first { $0.from.host == host && $0.from.port ?? port == port }
        guard let rule else { return announced }
        return .tcp(host: rule.to.host, port: rule.to.port ?? port)
    }
}
