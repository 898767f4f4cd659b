import Commands
import Platform

ProcessHardening.apply()
switch EntryPoint.run(Array(System.arguments().dropFirst()), System.current()) {
case .exit(let status): Process.exit(status)
case .signal(let number): Signals.endProcess(by: number)
}
