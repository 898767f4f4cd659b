internal import CommandKit
internal import Glibc
internal import Platform
internal import Redis

/// A redis-server of our own on a unix socket in a private folder, without persistence. It ends,
/// and the folder goes away, with this object; killed from outside, the server dies with us.
final class PrivateRedis {
    private let folder: TemporaryFolder
    private let server: Subprocess

    init(_ environment: Environment) throws {
        do throws(SystemError) {
            folder = try TemporaryFolder.make(prefix: "jwtctl-demo-", environment: environment)
        } catch {
            throw Failure(
                .failure, "system", "cannot create a temporary directory: \(error.message)")
        }
        let settings = [
            "--port", "0", "--unixsocket", "\(folder.path)/redis.sock", "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", folder.path,
            "--logfile", "\(folder.path)/redis.log",
        ]
        guard Self.isInstalled(environment) else {
            throw Failure(
                .failure, "no_redis_server", "redis-server is not installed",
                hint: "apt-get install redis-server")
        }
        do throws(SystemError) {
            let command = ["/proc/self/exe", "__with-parent", "redis-server"] + settings
            server = try Subprocess.start(
                command.map { Array($0.utf8) }, environment: environment.all, silent: true)
        } catch {
            throw Failure(.failure, "system", "cannot start redis-server: \(error.message)")
        }
        try waitUntilReady()
    }

    deinit {
        server.send(signal: SIGKILL)
        _ = server.wait()
    }

    var path: String { folder.path }

    var url: String { "unix://\(folder.path)/redis.sock" }

    /// How long the server may take to start, in milliseconds.
    private static let patience: Int64 = 10_000

    private func waitUntilReady() throws {
        let deadline = Monotonic.now.advanced(byMilliseconds: Self.patience)
        let target = RedisTarget(endpoint: .unix(path: "\(folder.path)/redis.sock"))
        while true {
            do throws(RedisError) {
                _ = try Client(target: target).serverTime()
                return
            } catch {
                if server.poll() != nil || deadline.remainingMilliseconds == 0 {
                    throw Failure(
                        .failure, "no_redis_server", "redis-server did not start",
                        hint: "try 'redis-server --version'")
                }
                pause(milliseconds: 10)
            }
        }
    }

    private static func isInstalled(_ environment: Environment) -> Bool {
        (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").contains {
            unsafe access("\($0)/redis-server", X_OK) == 0
        }
    }
}
