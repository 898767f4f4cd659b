import Glibc
import JOSE
import JSON
import Platform

/// Fixed keys, one for each family: only what they signed here may ever verify.
private struct Bench {
    private(set) var verifiers: [(algorithm: Algorithm?, verifier: SignatureVerifier)] = []
    private(set) var tokens: [[UInt8]] = []
    private(set) var signingInputs: Set<[UInt8]> = []
    /// The keys once more: the references in an enum carry its tag, and the search for leaks does
    /// not see what they point to.
    private var materials: [AnyObject] = []

    init() {
        let secret = Array("for the fuzzer only: a secret of more than thirty-two octets".utf8)
        do {
            let key = try Secret.parse(SecretBytes(copying: secret))
            try add(signing: key, verifying: KeySet(key), [.hs256])
            for (signing, verifying, algorithms) in Self.pairs {
                try add(
                    signing: KeyParser.parse(Array(signing.utf8)).keys[0],
                    verifying: KeyParser.parse(Array(verifying.utf8)), algorithms)
            }
        } catch {
            fatalError("a fixed key does not load: \(error)")
        }
    }

    private static let pairs: [(String, String, [Algorithm])] = [
        (TestKeys.rsaPrivate, TestKeys.rsaPublic, [.rs256, .ps256]),
        (TestKeys.p256Private, TestKeys.p256Public, [.es256]),
        (TestKeys.ed25519Private, TestKeys.ed25519Public, [.edDSA]),
    ]

    private mutating func add(
        signing: Key, verifying: KeySet, _ algorithms: [Algorithm]
    ) throws {
        for key in [signing] + verifying.keys {
            switch key.material {
            case .secret(let secret): materials.append(secret)
            case .asymmetric(let pair): materials.append(pair)
            }
        }
        verifiers.append((nil, SignatureVerifier(keys: verifying, allowWeak: true)))
        for algorithm in algorithms {
            verifiers.append((algorithm, SignatureVerifier(keys: verifying, algorithm: algorithm)))
            let token = try Signer(key: signing, algorithm: algorithm)
                .sign(header: [:], claims: ["sub": "alice", "exp": 2_000_000_000])
            tokens.append(token)
            signingInputs.insert(try CompactToken(parsing: token).signingInput)
        }
    }
}

nonisolated(unsafe) private let bench = Bench()

/// Writes the tokens that do verify into the folder that `JWTCTL_FUZZ_SEEDS` names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    guard let folder = getenv("JWTCTL_FUZZ_SEEDS") else { return 0 }
    for (number, token) in bench.tokens.enumerated() {
        guard let file = fopen("\(String(cString: folder))/signed-\(number)", "w") else {
            fatalError("no seed can be written")
        }
        fwrite(token, 1, token.count, file)
        fclose(file)
    }
    return 0
}

/// Verification: a token that verifies says what was signed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        guard
            let token = accepted({ () throws(MalformedToken) in try CompactToken(parsing: input) })
        else { return }
        var verified = 0
        for (demanded, verifier) in bench.verifiers {
            guard case .verified(_, let algorithm) = verifier.verify(token) else { continue }
            require(
                bench.signingInputs.contains(token.signingInput), "only what was signed verifies")
            require(token.header.algorithm == algorithm, "by the algorithm that it names")
            require(demanded == nil || demanded == algorithm, "which is the one demanded")
            verified += 1
        }
        require(verified == 0 || verified == 2, "with and without a demanded algorithm")
        if bench.tokens.contains(input) { require(verified == 2, "what was signed verifies") }
    }
}
