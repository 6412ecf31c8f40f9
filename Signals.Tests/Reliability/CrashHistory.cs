using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// What a workload did and was told: entries in stream order, and when, counted in disk operations, each was issued, acknowledged
/// and known to be durable. Threads: one writes; after <see cref="Freeze"/> any read.
/// </summary>
internal sealed class CrashHistory(Durability durability, int users, SettableTime time)
{
    private readonly List<CrashEntry> _entries = [];
    private readonly List<(int Operations, int Entries)> _issued = [];
    private readonly List<(int Operations, int Entries)> _acked = [(0, 0)];
    private readonly List<(int Operations, int Entries)> _durable = [(0, 0)];
    private byte[][] _contents = [];

    public Durability Durability => durability;

    public SettableTime Time => time;

    /// <summary>What the store keeps of its versions; null for nothing.</summary>
    public VersionRetention? Retention { get; init; }

    public IReadOnlyList<CrashEntry> Entries => _entries;

    public UserId[] Users { get; } = [.. Enumerable.Range(0, users).Select(CrashSchema.UserOf)];

    public int AckedCount => _acked[^1].Entries;

    public void Issue(CrashEntry entry, int operations)
    {
        _entries.Add(entry);
        _issued.Add((operations, _entries.Count));
    }

    public void Ack(int operations)
    {
        _acked.Add((operations, AckedCount + 1));
        if (durability == Durability.Synced)
        {
            AllDurable(operations);
        }
    }

    /// <summary>Everything acknowledged so far survives a power cut from here on.</summary>
    public void AllDurable(int operations) => _durable.Add((operations, AckedCount));

    /// <summary>Adds what the syncs of logs in the recording made durable, and computes every prefix's content.</summary>
    public void Freeze(IReadOnlyList<SimOperation> operations)
    {
        for (int i = 0; i < operations.Count; i++)
        {
            if (operations[i] is { Kind: SimOperationKind.Sync, Failed: false } sync
                && sync.Path.EndsWith(".log", StringComparison.Ordinal))
            {
                _durable.Add((i + 1, Count(_acked, i)));
            }
        }

        Compute(CrashRule.None);
    }

    /// <summary>Computes every prefix's content anew, by a model that breaks a rule.</summary>
    public void Compute(CrashRule broken)
    {
        CrashModel model = new(Users.Length, time.NowMs, broken);
        _contents = new byte[_entries.Count + 1][];
        _contents[0] = model.Content();
        for (int i = 0; i < _entries.Count; i++)
        {
            model.Apply(_entries[i]);
            _contents[i + 1] = model.Content();
        }
    }

    public int AckedAt(int operations) => Count(_acked, operations);

    public int IssuedAt(int operations) => Count(_issued, operations);

    public int DurableAt(int operations) => Count(_durable, operations);

    /// <summary>
    /// How many entries a store holds that goes on at a stream position and knows so many imports; an unknown position is beyond.
    /// </summary>
    /// <exception cref="InvalidOperationException">No beginning of the entries has both.</exception>
    public int PrefixOf(SignalStore store)
    {
        long position = store.Engine.Appender.AcceptedPosition.Value;
        int imports = store.Engine.Registry.ImportedCount;
        int prefix = _entries.FindIndex(entry => entry.Position > position) is >= 0 and int beyond ? beyond : _entries.Count;
        int known = _entries.Take(prefix).Count(entry => entry.Type == CrashEntry.Import);
        for (; known > imports && _entries[prefix - 1].Type == CrashEntry.Import; prefix--)
        {
            known--;
        }

        return known == imports
            ? prefix
            : throw new InvalidOperationException(
                $"{imports} imports are there, and entries up to position {position}, of which {known} are imports");
    }

    public byte[] Content(int prefix) => _contents[prefix];

    /// <summary>The content after a prefix and the first events of the next entry, if any; needs no <see cref="Freeze"/>.</summary>
    public byte[] ContentOf(int prefix, int events)
    {
        CrashModel model = new(Users.Length, time.NowMs);
        _entries.Take(prefix).ToList().ForEach(model.Apply);
        if (events > 0)
        {
            model.Apply(_entries[prefix], events);
        }

        return model.Content();
    }

    private static int Count(List<(int Operations, int Entries)> marks, int operations) =>
        marks.Where(mark => mark.Operations <= operations).Select(mark => mark.Entries).DefaultIfEmpty().Max();
}
