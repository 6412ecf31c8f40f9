using BenchmarkDotNet.Attributes;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Bench.Micro;

/// <summary>Probes of a table's directory of 200,000 users: one that is there, one that is not.</summary>
public class DirectoryBenchmarks
{
    private const int Users = 200_000;

    private TableDirectory _directory = null!;
    private uint _user;

    [GlobalSetup]
    public void Fill()
    {
        _directory = new TableDirectory(Users, minTime: 0, maxTime: 1_000_000);
        UserId[] users = [.. Enumerable.Range(0, Users).Select(i => UserId.From((ulong)i * 2)).Order()];
        for (int i = 0; i < users.Length; i++)
        {
            _directory.Set(i, users[i], firstRow: i * 10, count: 10, newest: 500_000, oldest: 1000);
        }
    }

    [Benchmark]
    public bool Hit() => _directory.TryFind(UserId.From(2UL * (_user = (_user + 7919) % Users)), out _);

    [Benchmark]
    public bool Miss() => _directory.TryFind(UserId.From((2UL * (_user = (_user + 7919) % Users)) + 1), out _);
}
