using Signals.Tests.Reliability;

// The test assembly is also the programs that the kill tests start and kill.
return args switch
{
    [ChildProcess.Crash, string path, string mode, string seed] => KillChild.Run(path, mode, seed),
    [ChildProcess.Source, string path, string mode, string seed] => SourceChild.Run(path, mode, seed),
    _ => 64,
};
