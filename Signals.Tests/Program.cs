using Signals.Tests.Arrow;
using Signals.Tests.Checkpoints;
using Signals.Tests.Cluster.Drills;
using Signals.Tests.Cluster.Postgres;
using Signals.Tests.Kafka;
using Signals.Tests.Parquet;
using Signals.Tests.Reliability;

// The test assembly is also the programs that the kill tests and the drills of a cluster start and kill.
return args switch
{
    [DrillNode.Word, string settings] => await DrillNode.RunAsync(settings),
    [ChildProcess.Crash, string path, string mode, string seed] => ChildProcess.Run(KillChild.RunAsync, path, mode, seed),
    [ChildProcess.Source, string path, string mode, string seed] => ChildProcess.Run(SourceChild.RunAsync, path, mode, seed),
    [ChildProcess.Idle, string path, string mode, string events] => ChildProcess.Run(IdleChild.RunAsync, path, mode, events),
    [ChildProcess.Leak, string path, string mode, string cycles] => ChildProcess.Run(LeakChild.RunAsync, path, mode, cycles),
    [SwapChild.Name, string path, string swaps] => SwapChild.Run(path, swaps),
    [LakeChild.Word, string what, string from, string to, string budget] => LakeChild.Run(what, from, to, budget),
    [SyncChild.Word, string what, string to] => await SyncChild.RunAsync(what, to),
    [PostgresNode.Word, string name, string port, string connection, string folder] =>
        await PostgresNode.RunAsync(name, port, connection, folder),
    [LogChild.Word, string path, string bootstrapServers] => LogChild.Run(path, bootstrapServers),
    _ => 64,
};
