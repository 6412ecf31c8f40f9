using BenchmarkDotNet.Attributes;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Bench.Micro;

/// <summary>Probes of a table's directory of 200,000 users: for a user that is in it, and for one that is not.</summary>
public class DirectoryBenchmarks
{
    private const int Users = 200_000;

    private TableDirectory _directory = null!;
    private uint _user;

    [GlobalSetup]
    public void Fill()
    {
        UserId[] users = [.. Enumerable.Range(0, Users).Select(i => UserId.From((ulong)i * 2)).Order()];
        DirectoryEntry[][] entries = [.. users.Chunk(DirectoryPageFormat.Users)
            .Select(page => page.Select(user => new DirectoryEntry(user, Count: 10, Newest: 500_000, Oldest: 1000)).ToArray())];
        int[] firstRows = [.. Enumerable.Range(0, entries.Length).Select(page => 10 * DirectoryPageFormat.Users * page), 10 * Users];
        DirectoryPage[] pages = [.. entries.Select((page, i) => DirectoryPage.Open(
            DirectoryPageEncoder.Encode(page),
            page.Length,
            page[0].User,
            firstRows[i],
            firstRows[i + 1],
            new EventTimeRange(0, 1_000_000)))];
        _directory = new TableDirectory(Users, new DirectoryPages([.. entries.Select(page => page[0].User)], firstRows, []), pages);
    }

    [Benchmark]
    public bool Hit() => _directory.TryFind(UserId.From(2UL * (_user = (_user + 7919) % Users)), out _);

    [Benchmark]
    public bool Miss() => _directory.TryFind(UserId.From((2UL * (_user = (_user + 7919) % Users)) + 1), out _);
}
