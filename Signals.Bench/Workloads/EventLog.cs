namespace Signals.Bench.Workloads;

/// <summary>
/// The events of a run in the order of arrival, with one compact array per column, so that reading them costs every candidate the
/// same.
/// </summary>
/// <remarks>Thread contract: immutable once generated.</remarks>
internal sealed class EventLog(WorkloadOptions options, int count)
{
    /// <summary>The names of the event types. The index is the type's number.</summary>
    public static readonly string[] TypeNames = ["view", "click", "purchase"];

    public WorkloadOptions Options { get; } = options;

    public int Count { get; } = count;

    /// <summary>
    /// The number of events of the whole log, of which this log may only be the beginning. It determines how far apart in time
    /// events are.
    /// </summary>
    public int WholeCount { get; init; } = count;

    /// <summary>The users. Dense ones are numbered from 1. The popularity of a user does not depend on the number.</summary>
    public ulong[] Users { get; } = new ulong[count];

    public long[] Times { get; } = new long[count];

    /// <summary>
    /// The ids: dense ones count up with arrival, random ones are the items. A duplicate has the id of the event that it repeats.
    /// </summary>
    public ulong[] Ids { get; } = new ulong[count];

    public byte[] Types { get; } = new byte[count];

    /// <summary>The items of dense events; zeros where the id is the item.</summary>
    public uint[] Items { get; } = new uint[count];

    public byte[] Surfaces { get; } = new byte[count];

    public byte[] Actions { get; } = new byte[count];

    public float[] Dwells { get; } = new float[count];

    /// <summary>The number of events that repeat an earlier one.</summary>
    public int Duplicates { get; set; }

    public int Distinct => Count - Duplicates;

    /// <summary>
    /// The bytes of an event in plain columns: user 8, time 8, id 8, surface 1, action 4, dwell 4, and 8 for the item where it is
    /// a field. The type is not counted.
    /// </summary>
    public int EventBytes => Options.Kind == WorkloadKind.Dense ? 41 : 33;

    /// <summary>The identity of an event.</summary>
    public (ulong User, byte Type, long Time, ulong Id) IdentityOf(int i) => (Users[i], Types[i], Times[i], Ids[i]);

    /// <summary>Makes one event equal to another one of this log.</summary>
    public void CopyEvent(int from, int to)
    {
        Users[to] = Users[from];
        Times[to] = Times[from];
        Ids[to] = Ids[from];
        Types[to] = Types[from];
        Items[to] = Items[from];
        Surfaces[to] = Surfaces[from];
        Actions[to] = Actions[from];
        Dwells[to] = Dwells[from];
    }

    /// <summary>A log of only the first events.</summary>
    public EventLog Take(int count) => Take(count, room: count);

    /// <summary>A log of the first events, with room for more after them.</summary>
    public EventLog Take(int count, int room)
    {
        EventLog part = new(Options with { Events = room }, room) { WholeCount = WholeCount };
        Array.Copy(Users, part.Users, count);
        Array.Copy(Times, part.Times, count);
        Array.Copy(Ids, part.Ids, count);
        Array.Copy(Types, part.Types, count);
        Array.Copy(Items, part.Items, count);
        Array.Copy(Surfaces, part.Surfaces, count);
        Array.Copy(Actions, part.Actions, count);
        Array.Copy(Dwells, part.Dwells, count);
        return part;
    }
}
