import Commands
import Platform

CurrentProcess.harden()
switch EntryPoint.run(Array(System.arguments().dropFirst()), System.current()) {
case .exit(let status): CurrentProcess.exit(status)
case .signal(let number): Signals.endProcess(by: number)
}
