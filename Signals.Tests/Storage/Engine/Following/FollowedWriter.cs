using System.Globalization;
using System.Text;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>
/// A store without threads that does random things one after the other, and every state that it had: what its own reads showed after
/// each. Threads: one.
/// </summary>
internal sealed class FollowedWriter : IDisposable
{
    public const string EventType = "view";
    private const int Users = 9;
    private const string Segment = "/offline/in.seg";

    private readonly IFileSystem _files;
    private readonly EngineOptions _options;
    private readonly List<(UserId User, long Time, ulong Id)> _events = [];
    private SimRandom _random;
    private ulong _nextId;
    private long _generation;
    private bool _isBusy;

    /// <param name="files">The disk, with a folder for segments.</param>
    /// <param name="seed">Of what it does.</param>
    /// <param name="options">The settings; null for small ones that depend on the seed.</param>
    public FollowedWriter(IFileSystem files, ulong seed, EngineOptions? options = null)
    {
        _files = files;
        _random = new SimRandom(seed);
        _options = options ?? TestStores.Tiny with
        {
            Compaction = TestStores.Tiny.Compaction with { WindowBytes = TestStores.WindowBytes(seed) },
        };
        Store = TestStores.Open(files, Schema, Time, _options);
        States.Add(Describe(Store.ReadMany(All, Store.Query(EventType).Build())));
    }

    public static StoreSchema Schema { get; } = StoreSchema.Define(schema => schema
        .EventType(EventType, type => type.Field<int>("n").Text("note").KeepLast(60).Window(TimeSpan.FromDays(1))));

    public static UserId[] All { get; } = [.. Enumerable.Range(1, Users).Select(user => UserId.From((ulong)user))];

    /// <summary>The clock; each step takes a minute.</summary>
    public ManualTime Time { get; } = new(TestStores.Start + 3_600_000);

    public SignalStore Store { get; private set; }

    /// <summary>The states in their order; one that equals the one before it is not listed again.</summary>
    public List<string> States { get; } = [];

    /// <summary>How often each kind of step was done.</summary>
    public int[] Steps { get; } = new int[6];

    /// <summary>All users' events, with their columns, as one text. Ends the answer's lease.</summary>
    public static string Describe(SequenceBatch rows)
    {
        using SequenceBatch ended = rows;
        StringBuilder text = new();
        ReadOnlySpan<int> values = rows.Field<int>("n");
        for (int user = 0; user < rows.UserCount; user++)
        {
            text.Append('|');
            for (int row = rows.Offsets[user]; row < rows.Offsets[user + 1]; row++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{rows.Times[row]}.{rows.Ids[row]}={values[row]}");
                text.Append(Encoding.UTF8.GetString(rows.Bytes("note", row))).Append(' ');
            }
        }

        return text.ToString();
    }

    /// <summary>Does one thing. A step that is asked for inside a step does nothing.</summary>
    public void Step()
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        Time.NowMs += 60_000;
        int kind = _random.Below(20) switch { < 11 => 0, < 14 => 1, 14 => 2, < 18 => 3, 18 => 4, _ => 5 };
        Steps[kind]++;
        switch (kind)
        {
            case 0:
                Append(1 + _random.Below(_random.Below(4) == 0 ? 120 : 8));
                break;
            case 1:
                Store.FlushAsync().GetAwaiter().GetResult();
                break;
            case 2:
                Store.CompactAsync().GetAwaiter().GetResult();
                break;
            case 3:
                Import();
                break;
            case 4:
                ValueTask<AppendAck> erased = Store.EraseAsync(All[_random.Below(Users)]);
                Store.Engine.RunPending();
                erased.AsTask().GetAwaiter().GetResult();
                break;
            default:
                Store.Engine.Close(abandon: _random.Coin());
                Store = TestStores.Open(_files, Schema, Time, _options);
                break;
        }

        string state = Describe(Store.ReadMany(All, Store.Query(EventType).Build()));
        if (state != States[^1])
        {
            States.Add(state);
        }

        _isBusy = false;
    }

    public void Append(int events)
    {
        EventBatch batch = Store.CreateBatch(EventType);
        for (int i = 0; i < events; i++)
        {
            long late = _random.Below(6) == 0 ? _random.Below(200_000_000) : _random.Below(60_000);
            UserId user = All[_random.Below(Users)];
            ulong id = ++_nextId;
            batch.Add(user, Time.NowMs - late, id).Set("n", _random.Below(1000)).Set("note", "as it came");
            _events.Add((user, Time.NowMs - late, id));
        }

        Store.Append(batch);
        Store.Engine.RunPending();
    }

    public void Dispose() => Store.Dispose();

    private void Import()
    {
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, Segment, Store.Schema[EventType], new SegmentOptions { Generation = ++_generation, Source = "job" }))
        {
            HashSet<ulong> named = [];
            for (int i = 0; i < 3 && _events.Count > 0; i++)
            {
                (UserId user, long time, ulong id) = _events[_events.Count - 1 - _random.Below(Math.Min(_events.Count, 30))];
                if (named.Add(id))
                {
                    writer.Correct(user, time, id).Set("note", "corrected " + _generation.ToString(CultureInfo.InvariantCulture));
                }
            }

            writer.Insert(All[_random.Below(Users)], Time.NowMs - 1, ++_nextId).Set("n", -(int)_generation);
            writer.Finish();
        }

        Store.ImportAsync(Segment, new ImportOptions { Move = true }).GetAwaiter().GetResult();
    }
}
