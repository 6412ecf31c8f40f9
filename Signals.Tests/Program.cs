using Signals.Tests.Reliability;

// The test assembly is also the programs that the kill tests start and kill.
return args switch
{
    [ChildProcess.Crash, string path, string mode, string seed] => ChildProcess.Run(KillChild.RunAsync, path, mode, seed),
    [ChildProcess.Source, string path, string mode, string seed] => ChildProcess.Run(SourceChild.RunAsync, path, mode, seed),
    _ => 64,
};
