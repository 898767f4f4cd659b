internal import Redis

/// Lines of redis-cli that an administrator can copy.
struct RedisLine: Sendable {
    let endpoint: Endpoint
    let isSecured: Bool
    var database = 0
    /// Whether a key may lie on another node than this one.
    var isCluster = false

    /// `words` as they are typed; what a shell would act on has to be quoted already.
    func callAsFunction(_ words: String) -> String {
        let place =
            switch endpoint {
            case .tcp(let host, let port): "-h \(ShellText.quote(host)) -p \(port)"
            case .unix(let path): "-s \(ShellText.quote(path))"
            }
        let options = [
            isSecured ? "--tls" : "", isCluster ? "-c" : "", database == 0 ? "" : "-n \(database)",
            words,
        ]
        return (["redis-cli", place] + options.filter { !$0.isEmpty }).joined(separator: " ")
    }
}
