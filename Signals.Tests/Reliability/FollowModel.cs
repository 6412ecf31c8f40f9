using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Signals.Offline;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;
using Signals.Tests.Storage.Engine.Following;

namespace Signals.Tests.Reliability;

/// <summary>
/// What a store holds after each change, as <see cref="FollowedWriter.Describe"/> would say it. A change is known before the store is
/// asked for it, because a reader may see it before it is acknowledged. Threads: one writes, any compare.
/// </summary>
internal sealed class FollowModel
{
    private const int KeepLast = 60;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long First, long Last)> _states = []; // guarded by _lock; by the hash of the text
    private readonly SortedDictionary<(long Time, ulong Id), (int Value, string Note)>[] _events =
        [.. FollowedWriter.All.Select(_ => new SortedDictionary<(long, ulong), (int, string)>())];
    private long _begun;
    private long _done;
    private ulong _nextId;
    private long _generation;

    public FollowModel() => _states[HashOf(Text())] = (0, 0);

    /// <summary>How many changes were acknowledged.</summary>
    public long Done => Volatile.Read(ref _done);

    public static long TimeOf(ulong id) => TestStores.Start + (long)id;

    public long NextGeneration() => ++_generation;

    /// <summary>Makes the next change known.</summary>
    public void Begin(Action change)
    {
        change();
        _begun++;
        string state = HashOf(Text());
        lock (_lock)
        {
            _states[state] = (_states.TryGetValue(state, out (long First, long Last) known) ? known.First : _begun, _begun);
        }
    }

    /// <summary>Says that the change was acknowledged.</summary>
    public void End() => Volatile.Write(ref _done, _begun);

    /// <summary>
    /// Fails unless a state is one of the model, after at least so many changes. Says after how many it was so for the first time.
    /// </summary>
    public long Require(string state, long atLeast)
    {
        string hash = HashOf(state);
        lock (_lock)
        {
            if (!_states.TryGetValue(hash, out (long First, long Last) changes))
            {
                throw new InvalidOperationException($"A read shows no state of the writer, after {Done} changes:\n{state}");
            }

            return changes.Last >= atLeast
                ? changes.First
                : throw new InvalidOperationException($"A read shows the state after {changes.Last} changes, expected {atLeast} at least.");
        }
    }

    public void Append(EventBatch batch, int events, ref SimRandom random)
    {
        for (int i = 0; i < events; i++)
        {
            ulong id = ++_nextId;
            int user = random.Below(_events.Length);
            int value = random.Below(1000);
            batch.Add(FollowedWriter.All[user], TimeOf(id), id).Set("n", value).Set("note", "new");
            Put(user, id, (value, "new"));
        }
    }

    public void Erase(UserId user) => _events[Array.IndexOf(FollowedWriter.All, user)].Clear();

    /// <summary>Adds an event, and corrects the newest one of each of some users.</summary>
    public void Correct(SegmentWriter writer, ref SimRandom random)
    {
        string note = "corrected " + _generation.ToString(CultureInfo.InvariantCulture);
        foreach (int user in new[] { random.Below(4), 4 + random.Below(4) })
        {
            if (_events[user].Count > 0)
            {
                ((long time, ulong id), (int value, _)) = _events[user].Last();
                writer.Correct(FollowedWriter.All[user], time, id).Set("note", note);
                Put(user, id, (value, note));
            }
        }

        ulong added = ++_nextId;
        writer.Insert(FollowedWriter.All[8], TimeOf(added), added).Set("n", 1).Set("note", note);
        Put(8, added, (1, note));
    }

    private void Put(int user, ulong id, (int Value, string Note) cells)
    {
        _events[user][(TimeOf(id), id)] = cells;
        if (_events[user].Count > KeepLast)
        {
            _events[user].Remove(_events[user].First().Key);
        }
    }

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private string Text()
    {
        StringBuilder text = new();
        foreach (SortedDictionary<(long Time, ulong Id), (int Value, string Note)> events in _events)
        {
            text.Append('|');
            foreach (((long time, ulong id), (int value, string note)) in events.Reverse())
            {
                text.Append(CultureInfo.InvariantCulture, $"{time}.{id}={value}{note} ");
            }
        }

        return text.ToString();
    }
}
