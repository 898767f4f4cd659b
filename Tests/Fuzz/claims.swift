import JOSE
import JSON

/// Header and claims. The first byte picks what is demanded, the rest is JSON: the header is its
/// member `header` and the claims are its member `claims`, or all of it is both.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        guard let choice = input.first,
            let object = accepted({ () throws(JSONError) in
                try JSONParser.parse(Array(input.dropFirst()))
            })?.objectValue
        else { return }
        let claims = object["claims"]?.objectValue ?? object
        checkTypes(claims)
        guard let header = header(object["header"]?.objectValue ?? object) else { return }
        checkPolicy(policy(choice), header, claims)
    }
}

/// Only a claim that is not there, or a name that is null, is absent, and only one of the right kind
/// has a value.
private func checkTypes(_ object: JSONObject) {
    let claims = RegisteredClaims(object)
    func check<Value>(
        _ name: JSONString, _ claim: Claim<Value>, isName: Bool = true,
        _ isRight: (JSONValue) -> Bool
    ) {
        let member = object.members.first { $0.name == name }?.value
        let isNull = if case .null? = member { isName } else { false }
        switch claim {
        case .absent: require(member == nil || isNull, "\(name): it is there")
        case .wrongType:
            require(member.map { !isRight($0) && !isNull } == true, "\(name): it has no value")
        case .value: require(member.map(isRight) == true, "\(name): it has the right type")
        }
    }
    let times =
        [
            ("exp", claims.expiresAt), ("nbf", claims.notBefore), ("iat", claims.issuedAt),
        ] as [(JSONString, Claim<JSONNumber>)]
    for (name, time) in times {
        check(name, time, isName: false) {
            if case .number = $0 { true } else { false }
        }
    }
    check("iss", claims.issuer) { $0.stringValue != nil }
    check("sub", claims.subject, isText)
    check("jti", claims.identifier, isText)
    check("aud", claims.audience) { value in
        guard case .array(let names) = value else { return value.stringValue != nil }
        return names.allSatisfy { $0.stringValue != nil }
    }
}

/// A string, or a whole number that every service writes with the same digits.
private func isText(_ value: JSONValue) -> Bool {
    guard case .number(let number) = value else { return value.stringValue != nil }
    guard let whole = Int64(number.text), String(whole) == number.text else { return false }
    return abs(whole) < 1 << 53
}

/// The header, or `nil` where `alg` is missing or a member is of the wrong type.
private func header(_ object: JSONObject) -> TokenHeader? {
    let members = (["alg", "kid", "typ"] as [JSONString]).map { object[$0] }
    let isWellFormed =
        members[0] != nil && members.allSatisfy { $0 == nil || $0?.stringValue != nil }
    let header = accepted { () throws(MalformedToken) in try TokenHeader(object) }
    require((header != nil) == isWellFormed, "a member of the wrong type is no header")
    return header
}

private func policy(_ choice: UInt8) -> ClaimsPolicy {
    var policy = ClaimsPolicy(now: 1_500_000_000)
    if choice & 1 != 0 { policy.leeway = 60 }
    if choice & 2 != 0 { policy.issuers = ["joe", "https://issuer.example"] }
    if choice & 4 != 0 { policy.audiences = ["api", "jwtctl"] }
    if choice & 8 != 0 { policy.subject = "alice" }
    if choice & 16 != 0 { policy.type = "at+jwt" }
    if choice & 32 != 0 { policy.maximumAge = 3600 }
    if choice & 64 != 0 { policy.requiredClaims = ["exp", "jti", "aud", "role"] }
    return policy
}

/// What was demanded is judged, and a claim that is wrong never passes.
private func checkPolicy(_ policy: ClaimsPolicy, _ header: TokenHeader, _ claims: JSONObject) {
    let checks = policy.checks(header: header, claims: claims)
    let names = checks.map(\.name)
    require(Set(names).count == names.count, "each claim is judged once")
    func passes(_ name: JSONString) -> Bool? {
        checks.first { JSONString($0.name) == name }.map { $0.reason == nil }
    }
    for name in ["exp", "nbf", "iat", "iss", "sub", "jti", "aud"] as [JSONString]
    where claims[name] != nil {
        require(passes(name) != nil, "\(name): what is there is judged")
    }
    for name in policy.requiredClaims {
        require(passes(name) != nil, "\(name): what is demanded is judged")
        require(passes(name) == false || claims[name] != nil, "\(name): absent, it fails")
    }
    for name in ["exp", "nbf", "iat"] as [JSONString] where passes(name) == true {
        guard case .number(let time)? = claims[name] else { fatalError("\(name) is no number") }
        let value = time.double
        switch name {
        case "exp": require(policy.now < value + policy.leeway, "exp is ahead")
        case "nbf": require(policy.now >= value - policy.leeway, "nbf is past")
        default:
            let oldest = policy.maximumAge.map { policy.now - $0 - policy.leeway }
            require(oldest.map { value >= $0 } ?? true, "iat is young enough")
        }
    }
    if !policy.issuers.isEmpty, passes("iss") != false {
        require(claims["iss"]?.stringValue.map(policy.issuers.contains) == true, "iss is known")
    }
    if policy.subject != nil, passes("sub") != false {
        require(claims["sub"]?.stringValue == policy.subject, "sub is the one")
    }
    if !policy.audiences.isEmpty, passes("aud") != false {
        let names = claims["aud"]?.arrayValue ?? claims["aud"].map { [$0] } ?? []
        require(
            names.contains { $0.stringValue.map(policy.audiences.contains) == true },
            "aud names us")
    }
    if policy.type != nil {
        require(passes("typ") != nil, "typ is judged")
        require(passes("typ") == false || header.type != nil, "typ is there")
    }
}
